import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AgentMetrics } from './agent-metrics.ts';
import type { AlarmThresholds } from './alarm-thresholds.ts';
import { failuresOf, fargateQuotaPercent, oldestMessage, receivedMessages } from './aws-metrics.ts';
import type { DailyVcpuMinutes } from './daily-limit.ts';
import type { Queues } from './queues.ts';

export interface Alarm {
  /** Goes off when it is at least `threshold` in `periods` (1 unless given) periods in a row. */
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods?: number;
  /** What it means for users, and why the threshold is what it is. */
  readonly means: string;
}

export interface Watched {
  readonly metrics: AgentMetrics;
  readonly queues: Queues;
  readonly functions: Readonly<Record<'poller' | 'dispatcher' | 'reporter', IFunction>>;
  readonly thresholds: Required<AlarmThresholds>;
  /** Undefined: no limit, and so no alarm about it. */
  readonly dailyVcpuMinutes: DailyVcpuMinutes;
}

/**
 * Every alarm but the heartbeat, by its name, which is the name of its section in docs/operations.md too. Without data
 * they are silent: an idle account has none, and nothing is wrong with it.
 */
export function alarmTable(watched: Watched): Record<string, Alarm> {
  return {
    ...alarmsOfTheApi(watched),
    ...alarmsOfQueues(watched),
    ...alarmsOfExecutions(watched),
    ...alarmsOfOutputs(watched),
    ...alarmsOfTheAudit(watched),
    ...alarmsOfFunctions(watched),
    ...alarmsOfTheAccount(watched),
    ...alarmsOfTheLimit(watched),
  };
}

function alarmsOfTheApi({ metrics, thresholds }: Watched): Record<string, Alarm> {
  return {
    'api-errors': {
      metric: metrics.metric('ApiErrors', { statistic: 'Sum', minutes: 1 }),
      threshold: 1,
      periods: thresholds.apiErrorMinutes,
      means:
        `Calls to the Runops API failed in each of ${thresholds.apiErrorMinutes} minutes: tasks start late and ` +
        'results arrive late. A shorter outage passes by itself, and every call has its own retries.',
    },
    'reports-failing': {
      metric: metrics.metric('ApiErrors', { statistic: 'Sum', minutes: 5, detail: 'report' }),
      threshold: 1,
      means:
        'The Runops API does not take a result: its user waits for a task that has ended. A report is tried eight ' +
        'times before it counts as failed, so one is enough. It is tried again until the API takes it.',
    },
    'identity-rejections': {
      metric: metrics.metric('TasksRejected', { statistic: 'Sum', minutes: 15, detail: 'identity-rejected' }),
      threshold: thresholds.identityRejections,
      means:
        `${thresholds.identityRejections} tasks in a quarter of an hour were refused because their user could not ` +
        'be verified. One is a session that ran out. Many are keys that cannot be fetched, or somebody without ' +
        'a right to be here.',
    },
  };
}

function alarmsOfQueues({ queues, thresholds }: Watched): Record<string, Alarm> {
  const { dispatches, kills, reports } = queues;
  const { waitSeconds, reportWaitSeconds } = thresholds;
  const dead = (what: string) =>
    `${what} failed five times and was given up by its queue. The sweep still brings the execution to an end, ` +
    'so the user gets a result, but late. One is enough: it has already had five tries.';
  const twoTries = 'That is two tries of 150 s each; one that failed is no news.';
  return {
    'dispatches-waiting': {
      metric: oldestMessage(dispatches.queue),
      threshold: waitSeconds,
      periods: 2,
      means: `A task has been waiting for its start for ${waitSeconds} s. ${twoTries} After 900 s it is given up.`,
    },
    'kills-waiting': {
      metric: oldestMessage(kills.queue),
      threshold: waitSeconds,
      periods: 2,
      means: `A user asked ${waitSeconds} s ago to kill a task, and it may still run. ${twoTries}`,
    },
    'reports-waiting': {
      metric: oldestMessage(reports.queue),
      threshold: reportWaitSeconds,
      periods: 2,
      means:
        `A task ended ${reportWaitSeconds} s ago and its user has no result. One report may take 900 s when its ` +
        'output is large; what is older is in its second try, or waits for a reporter.',
    },
    'dead-dispatches': {
      metric: receivedMessages(dispatches.dead),
      threshold: 1,
      means: dead('The start of a task'),
    },
    'dead-kills': {
      metric: receivedMessages(kills.dead),
      threshold: 1,
      means: dead('A wish to kill a task'),
    },
    'dead-reports': {
      metric: receivedMessages(reports.dead),
      threshold: 1,
      means: dead('The report of a result'),
    },
  };
}

function alarmsOfExecutions({ metrics, thresholds }: Watched): Record<string, Alarm> {
  const { startFailures, lostExecutions } = thresholds;
  return {
    'start-failures': {
      metric: metrics.metric('StartsFailed', { statistic: 'Sum', minutes: 60 }),
      threshold: startFailures,
      means:
        `${startFailures} tasks within an hour were not started, for a reason that is not their users'. One is told ` +
        'to its user, who runs it again; with another in the same hour it is no chance.',
    },
    'executions-lost': {
      metric: metrics.metric('ExecutionsLost', { statistic: 'Sum', minutes: 60 }),
      threshold: lostExecutions,
      means:
        `${lostExecutions} containers within an hour ended without a result, so that nobody knows what their ` +
        'commands did. One may be a command that used up the memory of its container.',
    },
    'executions-overdue': {
      metric: metrics.metric('ExecutionsOverdue', { statistic: 'Sum', minutes: 1 }),
      threshold: 1,
      periods: 3,
      means:
        'A command runs on after its deadline, although its container is told to stop each minute. Stopping takes ' +
        '30 s and the next look comes a minute later, so the third look should have found it gone.',
    },
  };
}

function alarmsOfTheAudit({ metrics }: Watched): Record<string, Alarm> {
  return {
    'audit-failing': {
      metric: metrics.metric('MessagesRetried', { statistic: 'Sum', minutes: 5, detail: 'audit-failed' }),
      threshold: 1,
      means:
        'A decision or an end could not be written into the audit trail. What is not written is not started, so ' +
        'tasks wait, and are given up after 900 s; results still go out. Each record is tried three times or more ' +
        'before it counts as failed, so one is enough.',
    },
  };
}

function alarmsOfOutputs({ metrics }: Watched): Record<string, Alarm> {
  return {
    'redaction-failing': {
      metric: metrics.metric('MessagesRetried', { statistic: 'Sum', minutes: 5, detail: 'redaction-failed' }),
      threshold: 1,
      means:
        'An output could not be redacted, so its user has no result yet. In 15 minutes it is withheld: one is ' +
        'enough, because this is the time in which it can be mended.',
    },
    'output-withheld': {
      metric: metrics.metric('OutputsWithheld', { statistic: 'Sum', minutes: 5 }),
      threshold: 1,
      means:
        'An output was withheld because it could not be redacted: its user has a result without the output. It ' +
        'can be redacted for a day, and is deleted then, so one is enough.',
    },
  };
}

/** What its users see when a function does not work. */
const without = {
  poller: 'no task starts',
  dispatcher: 'tasks wait for their start, and are given up after 900 s',
  reporter: 'results arrive late, and nobody looks after executions that got stuck',
};

function alarmsOfFunctions({ functions, thresholds }: Watched): Record<string, Alarm> {
  const { functionErrors } = thresholds;
  const names = ['poller', 'dispatcher', 'reporter'] as const;
  const alarms = names.flatMap((name): [string, Alarm][] => [
    [
      `${name}-errors`,
      {
        metric: failuresOf('Errors', functions[name], 15),
        threshold: functionErrors,
        means:
          `The ${name} failed ${functionErrors} times in a quarter of an hour: ${without[name]}. What failed is ` +
          'tried again, five times in that time, so that less has healed by itself.',
      },
    ],
    [
      `${name}-throttles`,
      {
        metric: failuresOf('Throttles', functions[name], 1),
        threshold: 1,
        periods: 3,
        means:
          `Lambda had no room for the ${name} in three minutes in a row: ${without[name]}. A minute or two are ` +
          "somebody else's peak.",
      },
    ],
  ]);
  return Object.fromEntries(alarms);
}

function alarmsOfTheAccount({ metrics, thresholds }: Watched): Record<string, Alarm> {
  const { quotaPercent, dailyDollars } = thresholds;
  return {
    'fargate-quota': {
      metric: fargateQuotaPercent(),
      threshold: quotaPercent,
      periods: 2,
      means:
        `${quotaPercent} % of the account's quota of Fargate vCPUs are in use. At 100 % tasks wait until others ` +
        'end, and are given up after 900 s. To raise the quota takes AWS some hours.',
    },
    'daily-cost': {
      metric: metrics.metric('CostDollars', { statistic: 'Sum', minutes: 24 * 60 }),
      threshold: dailyDollars,
      means:
        `The containers of a day cost ${dailyDollars} dollars at list prices. A thousand executions of a minute ` +
        'cost less than one: somebody asks for very much, or commands run for hours.',
    },
  };
}

function alarmsOfTheLimit({ metrics, dailyVcpuMinutes }: Watched): Record<string, Alarm> {
  if (dailyVcpuMinutes === undefined) return {};
  return {
    'daily-limit-reached': {
      metric: metrics.metric('TasksHeld', { statistic: 'Sum', minutes: 60 }),
      threshold: 1,
      means:
        'A task waits, because the vCPU minutes of this day are used up or promised: `policy.dailyVcpuMinutes`. It ' +
        'starts when others end with less than they might have used, or after 00:00 UTC. One is enough: the next ' +
        'ones wait too.',
    },
  };
}
