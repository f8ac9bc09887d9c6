import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** In the language of Logs Insights. What a line of the agent's own log has: `core/log.ts`. */
export const queries = {
  'one execution from end to end': [
    '# Put the number of the task in place of 4711.',
    'fields @timestamp, coalesce(message, event) as what, level, type, target, code, reason, cause, launchId,',
    '    traceId',
    "| filter taskId = '4711' or taskId = 4711",
    '| sort @timestamp asc',
    '| limit 200',
  ],
  'slowest targets': [
    "filter message = 'result.reported' and ispresent(totalMilliseconds)",
    '| stats count() as tasks, pct(totalMilliseconds, 50) / 1000 as halfWithinSeconds,',
    '    pct(totalMilliseconds, 95) / 1000 as mostWithinSeconds, avg(bootMilliseconds) / 1000 as bootSeconds,',
    '    avg(runMilliseconds) / 1000 as runSeconds by target, type',
    '| sort mostWithinSeconds desc',
    '| limit 50',
  ],
  'refused tasks': [
    "filter message = 'task.rejected' or message = 'task.refused'",
    '| fields @timestamp, taskId, message, code, outcome',
    '| sort @timestamp desc',
    '| limit 200',
  ],
  'errors by cause': [
    '# The runners write their level in small letters.',
    "filter level = 'ERROR' or level = 'error'",
    '| fields coalesce(message, event) as what',
    '| stats count() as times, latest(@timestamp) as last, latest(taskId) as lastTask by what, code, cause',
    '| sort times desc',
    '| limit 100',
  ],
  'executions that failed': [
    "filter message = 'execution.lost' or message = 'output.withheld' or",
    "    (message = 'result.reported' and status = 'failure' and reason != 'exited')",
    '| fields @timestamp, taskId, type, target, reason, cause',
    '| sort @timestamp desc',
    '| limit 200',
  ],
} as const satisfies Record<string, readonly string[]>;

export interface SavedQueriesProps {
  readonly agentName: string;
  /** Of the three functions and of the runners. */
  readonly logGroups: readonly ILogGroup[];
}

/** Questions to the agent's own logs, in the console under Logs Insights, in a folder with the agent's name. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { agentName, logGroups }: SavedQueriesProps) {
    super(scope, id);
    for (const [name, lines] of Object.entries(queries)) {
      new CfnQueryDefinition(this, name, {
        name: `${agentName}/${name}`,
        queryString: lines.join('\n'),
        logGroupNames: logGroups.map((group) => group.logGroupName),
      });
    }
  }
}
