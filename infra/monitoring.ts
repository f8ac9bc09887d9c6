import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { agentMetrics } from './agent-metrics.ts';
import { type AlarmThresholds, defaultThresholds } from './alarm-thresholds.ts';
import { AlarmTopic, type SlackChannel } from './alarm-topic.ts';
import { Alarms } from './alarms.ts';
import { consolePages, type ShownParts } from './console-links.ts';
import type { DailyVcpuMinutes } from './daily-limit.ts';
import { AgentDashboard } from './dashboard.ts';
import type { EncryptionKeys } from './encryption-keys.ts';
import { SavedQueries } from './saved-queries.ts';

export interface MonitoringSettings {
  /**
   * The ARN of a topic of SNS that alarms go to.
   * @default - one is made when `email` or `slack` wants it
   */
  readonly alarmTopic?: string;
  /**
   * Where alarms are mailed. AWS writes to this address first, and whoever reads it has to agree.
   * @default - nobody
   */
  readonly email?: string;
  /**
   * A channel of Slack that alarms are written to.
   * @default - none
   */
  readonly slack?: SlackChannel;
  /**
   * The address of your copy of docs/operations.md, to which alarms link.
   * @default 'docs/operations.md'
   */
  readonly runbooks?: string;
  /**
   * When alarms go off.
   * @default - each has its own: docs/operations.md
   */
  readonly thresholds?: AlarmThresholds;
}

export interface MonitoringProps extends ShownParts {
  readonly settings: MonitoringSettings;
  readonly agentName: string;
  readonly keys: EncryptionKeys;
  /** The policy's, where it has one. */
  readonly dailyVcpuMinutes: DailyVcpuMinutes;
}

/** Whether the agent is well, and who is told when it is not: alarms, a dashboard, and questions to its logs. */
export class Monitoring extends Construct {
  readonly alarms: Alarms;
  readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { settings, agentName, keys, queues, polling, dispatching, reporting, execution } = props;
    const { runbooks = 'docs/operations.md', thresholds, ...targets } = settings;
    const [{ poller }, { dispatcher }, { reporter }] = [polling, dispatching, reporting];
    const logGroups = [poller, dispatcher, reporter, execution].map((one) => one.logGroup);
    const watched = {
      metrics: agentMetrics(agentName),
      queues,
      functions: {
        poller: poller.function,
        dispatcher: dispatcher.function,
        reporter: reporter.function,
      },
      thresholds: { ...defaultThresholds, ...thresholds },
      dailyVcpuMinutes: props.dailyVcpuMinutes,
    };
    this.topic = new AlarmTopic(this, 'Topic', { ...targets, agentName, key: keys.data });
    const { action } = this.topic;
    this.alarms = new Alarms(this, 'Alarms', {
      ...{ ...watched, agentName, runbooks, action },
    });
    new AgentDashboard(this, 'Dashboard', {
      ...{ ...watched, agentName, runbooks, logGroups },
      alarms: this.alarms.names,
      pages: Object.values(consolePages(Stack.of(this), props)),
    });
    new SavedQueries(this, 'Queries', { agentName, logGroups });
  }
}
