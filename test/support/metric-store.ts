/** A metric of CloudWatch: its name in its namespace, and the values of its dimensions. */
export interface MetricKey {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
}

export interface MetricStore {
  put(metric: MetricKey, at: number, ...values: number[]): void;
  /** Takes a line of the embedded metric format as CloudWatch does; other lines of a log are none of its business. */
  putLine(line: string, at: number): void;
  /** Of the `minutes` before `end`; undefined when there was nothing. */
  statistic(metric: MetricKey, statistic: string, end: number, minutes: number): number | undefined;
  /** How many metrics a namespace has. */
  count(namespace: string): number;
}

interface Minute {
  sum: number;
  count: number;
  maximum: number;
}

interface EmbeddedMetrics {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string }[];
}

/** What CloudWatch knows, by the minute. Times are milliseconds since the epoch. */
export function metricStore(): MetricStore {
  const metrics = new Map<string, Map<number, Minute>>();

  const put: MetricStore['put'] = (metric, at, ...values) => {
    const key = keyOf(metric);
    const minutes = metrics.get(key) ?? new Map<number, Minute>();
    metrics.set(key, minutes);
    const before = minutes.get(minuteOf(at)) ?? { sum: 0, count: 0, maximum: Number.NEGATIVE_INFINITY };
    minutes.set(minuteOf(at), {
      sum: values.reduce((sum, value) => sum + value, before.sum),
      count: before.count + values.length,
      maximum: Math.max(before.maximum, ...values),
    });
  };

  return {
    put,
    putLine(line, at) {
      const { _aws, ...fields } = JSON.parse(line);
      const described: EmbeddedMetrics[] = _aws?.CloudWatchMetrics ?? [];
      for (const { Namespace: namespace, Dimensions, Metrics } of described) {
        for (const names of Dimensions) {
          const dimensions = Object.fromEntries(names.map((name) => [name, String(fields[name])]));
          for (const { Name: name } of Metrics) {
            put({ namespace, name, dimensions }, at, ...[fields[name]].flat());
          }
        }
      }
    },
    statistic(metric, statistic, end, minutes) {
      const known = metrics.get(keyOf(metric));
      const last = minuteOf(end - 1);
      const found = Array.from({ length: minutes }, (_, ago) => known?.get(last - ago) ?? []).flat();
      if (found.length === 0) return undefined;
      const sum = found.reduce((total, one) => total + one.sum, 0);
      if (statistic === 'Sum') return sum;
      if (statistic === 'Maximum') return Math.max(...found.map((one) => one.maximum));
      if (statistic === 'Average') return sum / found.reduce((total, one) => total + one.count, 0);
      throw new RangeError(`The statistic ${statistic} is not evaluated here.`);
    },
    count: (namespace) => [...metrics.keys()].filter((key) => JSON.parse(key)[0] === namespace).length,
  };
}

function minuteOf(at: number): number {
  return Math.floor(at / 60_000);
}

function keyOf({ namespace, name, dimensions }: MetricKey): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}
