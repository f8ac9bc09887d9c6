import {
  type AlarmBase,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarmAction,
  type IAlarmRule,
  Alarm as MetricAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { acknowledge, inBothStandards } from './acknowledge.ts';
import { type Alarm, alarmTable, type Watched } from './alarm-table.ts';

export interface AlarmsProps extends Watched {
  readonly agentName: string;
  /** The address of docs/operations.md. */
  readonly runbooks: string;
  /** Where an alarm goes; undefined: it is seen in the console alone. */
  readonly action: IAlarmAction | undefined;
}

/** Those of one task, of somebody else's load, or of money: they are worth a message, but the agent is well. */
const ofOneTask = [
  ...['kills-waiting', 'dead-kills', 'executions-overdue', 'executions-lost', 'output-withheld'],
  ...['identity-rejections', 'fargate-quota', 'daily-cost', 'daily-limit-reached'],
];

/**
 * The alarms of an agent. Each tells by itself what it is about; `agent-unwell` sums up those that are about the agent
 * as a whole, and tells nobody, so that one cause is one message.
 */
export class Alarms extends Construct {
  /** In the order of docs/operations.md. */
  readonly names: readonly string[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const alarms: Record<string, AlarmBase> = { 'heartbeat-missing': this.heartbeat(props) };
    for (const [name, alarm] of Object.entries(alarmTable(props))) {
      alarms[name] = this.alarm(name, alarm, props);
    }
    const general = Object.keys(alarms).filter((name) => !ofOneTask.includes(name));
    const unwell = general.flatMap((name) => alarms[name] ?? []);
    this.composite(
      'agent-unwell',
      AlarmRule.anyOf(...unwell.map(inAlarm)),
      `The agent as a whole is unwell: ${general.join(', ')}; each of them has told by itself.`,
      { ...props, action: undefined },
    );
    this.names = ['agent-unwell', ...Object.keys(alarms)].map((name) => `${props.agentName}-${name}`);
  }

  /**
   * A poller that is not called writes nothing, so missing data has to be alarming. But a fresh installation has none
   * either, until its first minute is over: so that the agent has been heard is remembered by an alarm of its own,
   * which stays in its state without data.
   */
  private heartbeat(props: AlarmsProps): CompositeAlarm {
    const { metrics, thresholds } = props;
    const { silentMinutes } = thresholds;
    const silent = this.part('heartbeat-silent', props, {
      metric: metrics.metric('Heartbeats', { statistic: 'Sum', minutes: 1 }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: silentMinutes,
      treatMissingData: TreatMissingData.BREACHING,
    });
    const heard = this.part('heartbeat-heard', props, {
      metric: metrics.metric('Heartbeats', { statistic: 'Sum', minutes: 1 }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.IGNORE,
    });
    return this.composite(
      'heartbeat-missing',
      AlarmRule.allOf(inAlarm(silent), inAlarm(heard)),
      `The agent has not reached the Runops API for ${silentMinutes} minutes: no task starts. It polls each second, ` +
        'and a minute without an answer, or a deployment, is no news.',
      props,
    );
  }

  /** An alarm that is heard through another one. */
  private part(
    name: string,
    { agentName, runbooks }: AlarmsProps,
    { metric, ...rest }: Omit<ConstructorParameters<typeof MetricAlarm>[2], 'alarmName'>,
  ): MetricAlarm {
    const alarm = new MetricAlarm(this, name, {
      ...{ metric, ...rest },
      alarmName: `${agentName}-${name}`,
      alarmDescription: `A part of ${agentName}-heartbeat-missing. Runbook: ${runbooks}#heartbeat-missing`,
    });
    acknowledge(
      alarm,
      'It is a part of another alarm, which tells.',
      inBothStandards('CloudWatchAlarmAction'),
    );
    return alarm;
  }

  private alarm(name: string, { metric, threshold, periods = 1, means }: Alarm, props: AlarmsProps) {
    const { agentName, runbooks, action } = props;
    const alarm = new MetricAlarm(this, name, {
      alarmName: `${agentName}-${name}`,
      alarmDescription: `${means} Runbook: ${runbooks}#${name}`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (action) alarm.addAlarmAction(action);
    else {
      acknowledge(alarm, 'Where alarms go is for those to say who run the agent: `monitoring`.', [
        ...inBothStandards('CloudWatchAlarmAction'),
      ]);
    }
    return alarm;
  }

  private composite(name: string, alarmRule: IAlarmRule, means: string, props: AlarmsProps): CompositeAlarm {
    const { agentName, runbooks, action } = props;
    const alarm = new CompositeAlarm(this, name, {
      compositeAlarmName: `${agentName}-${name}`,
      alarmDescription: `${means} Runbook: ${runbooks}#${name}`,
      alarmRule,
    });
    if (action) alarm.addAlarmAction(action);
    return alarm;
  }
}

function inAlarm(alarm: AlarmBase) {
  return AlarmRule.fromAlarm(alarm, AlarmState.ALARM);
}
