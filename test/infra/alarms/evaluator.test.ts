import { describe, expect, it } from 'vitest';
import { alarmEvaluator } from '../../support/alarm-evaluator.ts';
import { metricMath } from '../../support/metric-math.ts';
import { metricStore } from '../../support/metric-store.ts';

const minute = 60_000;
const metric = { namespace: 'N', name: 'M', dimensions: { service: 's' } };

function evaluated(given: Record<string, unknown>) {
  const store = metricStore();
  const properties = {
    ...{ AlarmName: 'a', Namespace: 'N', MetricName: 'M', Dimensions: [{ Name: 'service', Value: 's' }] },
    ...{ Statistic: 'Sum', Period: 60, Threshold: 1, EvaluationPeriods: 3 },
    ...{ ComparisonOperator: 'GreaterThanOrEqualToThreshold', ...given },
  };
  const alarm = { id: 'A', type: 'AWS::CloudWatch::Alarm', properties, policies: {} };
  const evaluator = alarmEvaluator([alarm], store, { quota: () => 10 });
  /** Passes a minute for each value; undefined: there is no data. */
  const states = (...values: (number | undefined)[]) =>
    values.map((value, index) => {
      if (value !== undefined) store.put(metric, index * minute, value);
      return evaluator.look((index + 1) * minute).length > 0;
    });
  return { store, states };
}

describe('the evaluator of alarms', () => {
  it('wants as many periods in a row as the definition, or as many of them', () => {
    const none = { TreatMissingData: 'notBreaching' };
    expect(evaluated(none).states(1, 1, 0, 1, 1, 1)).toEqual([false, false, false, false, false, true]);
    expect(evaluated({ ...none, DatapointsToAlarm: 2 }).states(1, 0, 1, 0, 0)).toEqual([
      ...[false, false, true, false, false],
    ]);
  });

  it('takes missing data as the definition says', () => {
    const states = (TreatMissingData: string) =>
      evaluated({ TreatMissingData, EvaluationPeriods: 1 }).states(undefined, 1, undefined);
    expect(states('breaching')).toEqual([true, true, true]);
    expect(states('notBreaching')).toEqual([false, true, false]);
    expect(states('missing')).toEqual([false, true, false]);
    expect(states('ignore')).toEqual([false, true, true]);
  });

  it('adds up what was in a period', () => {
    const given = { Period: 180, EvaluationPeriods: 1, Threshold: 3, TreatMissingData: 'notBreaching' };
    expect(evaluated(given).states(1, 1, 1, 0)).toEqual([false, false, true, false]);
  });

  it('looks at no other metric than that of the definition', () => {
    const { store, states } = evaluated({ EvaluationPeriods: 1 });
    store.put({ ...metric, dimensions: { service: 'other' } }, 0, 5);
    store.put({ ...metric, dimensions: {} }, 0, 5);
    expect(states(undefined)).toEqual([false]);
  });

  it('refuses what it does not know', () => {
    expect(() => evaluated({ Statistic: 'p95' }).states(1)).toThrow('p95');
    expect(() => evaluated({ ComparisonOperator: 'GreaterThanUpperThreshold' })).toThrow();
  });
});

describe('metric math', () => {
  const scope = {
    variable: (name: string) => ({ used: 4, one: 1 })[name],
    call: (name: string, argument: string) =>
      name === 'SERVICE_QUOTA' && argument === 'used' ? 16 : undefined,
  };

  it('knows numbers, metrics, the four operations, brackets and functions', () => {
    expect(metricMath('100 * used / SERVICE_QUOTA(used)', scope)).toBe(25);
    expect(metricMath('one + used * (2 - 0.5)', scope)).toBe(7);
  });

  it('has no value where data is missing', () => {
    expect(metricMath('used + other', scope)).toBeUndefined();
  });

  it('refuses what it does not know', () => {
    expect(() => metricMath('IF(used > 3, 1, 0)', scope)).toThrow('is not evaluated here');
  });
});
