import * as z from 'zod/mini';
import { metricMath } from './metric-math.ts';
import type { MetricKey, MetricStore } from './metric-store.ts';
import { filledIn, type Resource } from './synthesize.ts';

export type AlarmStateName = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The states of the alarms of a template while time passes. Call `look` each minute, as CloudWatch does. */
export interface AlarmEvaluator {
  /** The names of the alarms that are in alarm now. */
  look(now: number): string[];
}

const text = z.pipe(z.unknown(), z.transform(filledIn));
const dimensions = z._default(z.array(z.object({ Name: z.string(), Value: text })), []);
const metric = { Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions };
const metricAlarm = z.object({
  AlarmName: text,
  ...z.partial(z.object(metric)).shape,
  Statistic: z.optional(z.string()),
  Period: z.optional(z.int()),
  Metrics: z.optional(
    z.array(
      z.object({
        Id: z.string(),
        Expression: z.optional(z.string()),
        ReturnData: z._default(z.boolean(), true),
        MetricStat: z.optional(z.object({ Metric: z.object(metric), Period: z.int(), Stat: z.string() })),
      }),
    ),
  ),
  Threshold: z.number(),
  ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
  EvaluationPeriods: z.int(),
  DatapointsToAlarm: z.optional(z.int()),
  TreatMissingData: z._default(z.enum(['breaching', 'notBreaching', 'ignore', 'missing']), 'missing'),
});
type MetricAlarm = z.infer<typeof metricAlarm>;
const compositeAlarm = z.object({ AlarmName: text, AlarmRule: text });

export interface Quotas {
  quota(metric: MetricKey): number;
}

/**
 * Evaluates alarms by their own definitions. Where CloudWatch would align a period with the clock, the periods here end
 * at the moment of the look, which is the stricter of the two for an alarm that has to stay silent.
 */
export function alarmEvaluator(
  resources: readonly Resource[],
  store: MetricStore,
  { quota }: Quotas,
): AlarmEvaluator {
  const states = new Map<string, AlarmStateName>();
  const simple = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
  const composite = resources.filter(({ type }) => type === 'AWS::CloudWatch::CompositeAlarm');
  const parsed = simple.map(({ id, properties }) => ({ id, alarm: metricAlarm.parse(properties) }));
  const rules = composite.map(({ id, properties }) => ({ id, alarm: compositeAlarm.parse(properties) }));
  return {
    look(now) {
      for (const { id, alarm } of parsed) {
        states.set(id, nextState(alarm, states.get(id) ?? 'INSUFFICIENT_DATA', store, quota, now));
      }
      // One composite may refer to another, however they are ordered.
      for (const _ of rules) for (const { id, alarm } of rules) states.set(id, ruleState(alarm, states));
      return [...parsed, ...rules]
        .filter(({ id }) => states.get(id) === 'ALARM')
        .map(({ alarm }) => alarm.AlarmName);
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
function nextState(
  alarm: MetricAlarm,
  before: AlarmStateName,
  store: MetricStore,
  quota: Quotas['quota'],
  now: number,
): AlarmStateName {
  const {
    EvaluationPeriods: periods,
    DatapointsToAlarm: needed = periods,
    TreatMissingData: missing,
  } = alarm;
  const points = Array.from({ length: periods }, (_, ago) => datapoint(alarm, ago, store, quota, now));
  if (points.every((point) => point === undefined)) {
    if (missing === 'ignore') return before;
    if (missing === 'missing') return 'INSUFFICIENT_DATA';
  }
  const breaching = points.filter((point) =>
    point === undefined ? missing === 'breaching' : isBreaching(alarm, point),
  );
  return breaching.length >= needed ? 'ALARM' : 'OK';
}

function isBreaching({ ComparisonOperator, Threshold }: MetricAlarm, point: number): boolean {
  return ComparisonOperator === 'LessThanThreshold' ? point < Threshold : point >= Threshold;
}

function datapoint(
  alarm: MetricAlarm,
  ago: number,
  store: MetricStore,
  quota: Quotas['quota'],
  now: number,
): number | undefined {
  const read = (key: MetricKey, statistic: string, seconds: number) =>
    store.statistic(key, statistic, now - ago * seconds * 1000, seconds / 60);
  const { Namespace, MetricName, Dimensions = [], Statistic, Period, Metrics = [] } = alarm;
  if (Namespace && MetricName && Statistic && Period) {
    return read(keyOf({ Namespace, MetricName, Dimensions }), Statistic, Period);
  }
  const named = (id: string) => {
    const stat = Metrics.find((one) => one.Id === id)?.MetricStat;
    if (!stat) throw new RangeError(`${alarm.AlarmName} has no metric ${id}.`);
    return { key: keyOf(stat.Metric), stat };
  };
  const expression = Metrics.find((one) => one.ReturnData)?.Expression ?? '';
  return metricMath(expression, {
    variable: (id) => read(named(id).key, named(id).stat.Stat, named(id).stat.Period),
    call: (name, id) => {
      if (name !== 'SERVICE_QUOTA') throw new RangeError(`${name} is not evaluated here.`);
      return quota(named(id).key);
    },
  });
}

function keyOf({ Namespace, MetricName, Dimensions }: z.infer<z.ZodMiniObject<typeof metric>>): MetricKey {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return { namespace: Namespace, name: MetricName, dimensions };
}

/** `ALARM("arn") OR (ALARM("arn") AND …)`: without mixing the two, so that the order of evaluation does not matter. */
function ruleState({ AlarmRule }: z.infer<typeof compositeAlarm>, states: Map<string, AlarmStateName>) {
  const children = [...AlarmRule.matchAll(/ALARM\("([^"]+)"\)/g)].map((match) => match[1] ?? '');
  const rest = AlarmRule.replaceAll(/ALARM\("[^"]+"\)|[()\s]/g, '');
  const inAlarm = (arn: string) => states.get(arn.split(':').at(-1) ?? '') === 'ALARM';
  if (/^(OR)*$/.test(rest)) return children.some(inAlarm) ? 'ALARM' : 'OK';
  if (/^(AND)*$/.test(rest)) return children.every(inAlarm) ? 'ALARM' : 'OK';
  throw new RangeError(`The rule ${AlarmRule} is not evaluated here.`);
}
