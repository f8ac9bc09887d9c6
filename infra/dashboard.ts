import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  Row,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { MetricName } from '../adapters/aws/metric-names.ts';
import type { Watched } from './alarm-table.ts';
import { failuresOf, fargateQuotaPercent, oldestMessage } from './aws-metrics.ts';
import { queries } from './saved-queries.ts';

export interface AgentDashboardProps extends Watched {
  readonly agentName: string;
  /** By their names. */
  readonly alarms: readonly string[];
  readonly logGroups: readonly ILogGroup[];
  /** What the console shows of the agent: what it is, and the address of its page. */
  readonly pages: readonly (readonly [what: string, address: string])[];
  readonly runbooks: string;
}

/** Five questions, from top to bottom: each is a row. */
export class AgentDashboard extends Construct {
  constructor(scope: Construct, id: string, props: AgentDashboardProps) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      // Dashboards have no region, and names once in an account.
      dashboardName: `${props.agentName}-${Stack.of(this).region}`,
      defaultInterval: Duration.days(1),
      widgets: [
        ...question('Is it well?', isItWell(this, props)),
        ...question('How long do people wait?', howLongDoPeopleWait(props)),
        ...question('What failed, and why?', whatFailed(props)),
        ...question('What was refused?', whatWasRefused(props)),
        ...question('What does it cost?', whatDoesItCost(props)),
        [links(props)],
      ],
    });
  }
}

function question(title: string, widgets: IWidget[]): IWidget[][] {
  return [[new TextWidget({ markdown: `# ${title}`, width: 24, height: 1 })], [new Row(...widgets)]];
}

function isItWell(scope: Construct, { metrics, queues, functions, alarms }: AgentDashboardProps): IWidget[] {
  const ages = [queues.dispatches, queues.kills, queues.reports].map(({ queue }) => oldestMessage(queue));
  const api = (statistic: string) => metrics.metric('ApiMilliseconds', { statistic, minutes: 5 });
  return [
    new AlarmStatusWidget({
      title: 'Alarms',
      alarms: alarms.map((name) => Alarm.fromAlarmName(scope, name, name)),
      sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
      width: 24,
      height: 5,
    }),
    graph('Polls that the API answered', [metrics.metric('Heartbeats', { statistic: 'Sum', minutes: 1 })]),
    graph('A call to the API: half, and most, take (ms)', [api('p50'), api('p95')]),
    graph('The oldest message of each queue (s)', ages),
    graph(
      'Functions that failed, or had no room',
      Object.values(functions).flatMap((one) => [
        failuresOf('Errors', one, 5),
        failuresOf('Throttles', one, 5),
      ]),
    ),
  ];
}

const phases: readonly MetricName[] = [
  ...(['ReceivedToLockedMilliseconds', 'LockedToLaunchedMilliseconds'] as const),
  ...([
    'LaunchedToStartedMilliseconds',
    'StartedToEndedMilliseconds',
    'EndedToReportedMilliseconds',
  ] as const),
];

function howLongDoPeopleWait({ metrics }: AgentDashboardProps): IWidget[] {
  const total = (statistic: string) =>
    metrics.metric('ReceivedToReportedMilliseconds', { statistic, minutes: 15 });
  const parts: readonly MetricName[] = ['ImagePullMilliseconds', 'RedactionMilliseconds'];
  return [
    graph('From the request to the result: half, most and all (ms)', [
      ...[total('p50'), total('p95'), total('Maximum')],
    ]),
    graph(
      'Where the time goes (average, ms)',
      phases.map((name) => metrics.metric(name, { statistic: 'Average', minutes: 15 })),
      { stacked: true },
    ),
    graph(
      'Of which the image, and redaction (95 %, ms)',
      parts.map((name) => metrics.metric(name, { statistic: 'p95', minutes: 15 })),
    ),
    graph('Containers started, by type', [metrics.byDetail('ExecutionsLaunched', { minutes: 15 })]),
  ];
}

function whatFailed(props: AgentDashboardProps): IWidget[] {
  const { metrics } = props;
  return [
    graph('Results, by reason', [metrics.byDetail('ResultsReported', { minutes: 15 })]),
    graph('Tried again, by cause', [metrics.byDetail('MessagesRetried', { minutes: 15 })]),
    graph('Calls to the API that failed', [metrics.byDetail('ApiErrors', { minutes: 15 })]),
    graph(
      'Not started, lost, overdue, withheld, dead',
      (
        ['StartsFailed', 'ExecutionsLost', 'ExecutionsOverdue', 'OutputsWithheld', 'MessagesDied'] as const
      ).map((name) => metrics.metric(name, { statistic: 'Sum', minutes: 15 })),
    ),
    table('The last executions that failed', queries['executions that failed'], props),
  ];
}

function whatWasRefused(props: AgentDashboardProps): IWidget[] {
  const { metrics } = props;
  return [
    graph('Tasks that were not allowed, by cause', [metrics.byDetail('TasksRejected', { minutes: 15 })]),
    graph('Values that were redacted', [metrics.metric('Findings', { statistic: 'Sum', minutes: 15 })]),
    table('The last tasks that were refused', queries['refused tasks'], props),
  ];
}

function whatDoesItCost({ metrics, dailyVcpuMinutes }: AgentDashboardProps): IWidget[] {
  const perDay = metrics.metric('CostDollars', { statistic: 'Sum', minutes: 24 * 60 });
  const held = metrics.metric('TasksHeld', { statistic: 'Sum', minutes: 24 * 60 });
  return [
    new SingleValueWidget({
      title: 'Containers, at list prices ($ a day)',
      metrics: dailyVcpuMinutes === undefined ? [perDay] : [perDay, held],
      width: 6,
      height: 6,
    }),
    graph('Containers, at list prices ($ an hour)', [
      metrics.metric('CostDollars', { statistic: 'Sum', minutes: 60 }),
    ]),
    graph("Of the account's quota of Fargate vCPUs (%)", [fargateQuotaPercent()]),
    graph('Time in containers (average, ms)', [
      metrics.metric('StartedToEndedMilliseconds', { statistic: 'Average', minutes: 60 }),
    ]),
  ];
}

function graph(title: string, left: IMetric[], options: { stacked?: boolean } = {}): GraphWidget {
  return new GraphWidget({ title, left, width: 6, height: 6, leftYAxis: { min: 0 }, ...options });
}

function table(title: string, queryLines: readonly string[], { logGroups }: AgentDashboardProps) {
  return new LogQueryWidget({
    title,
    logGroupNames: logGroups.map((group) => group.logGroupName),
    queryString: queryLines.join('\n'),
    width: 12,
    height: 6,
  });
}

function links({ pages, runbooks }: AgentDashboardProps): TextWidget {
  const markdown = [
    '# Where to look next',
    ...pages.map(([what, address]) => `- [${what}](${address})`),
    '',
    'An execution has the number of its task as its name: its records are under `executions/NUMBER/` and ' +
      '`work/NUMBER/` of the ledger, its redacted log is `logs/NUMBER.log`, its container is the ECS task that was ' +
      `started by NUMBER. What to do about an alarm: \`${runbooks}\`.`,
  ];
  return new TextWidget({ markdown: markdown.join('\n'), width: 24, height: 7 });
}
