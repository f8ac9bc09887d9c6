import type { Metrics } from '@aws-lambda-powertools/metrics';
import { type MetricDetail, type MetricName, metrics as table } from './metric-names.ts';

/** Gathers metrics during one invocation. */
export interface Meter {
  /** `value` is 1 unless given; `detail` is the value of the metric's own detail. */
  add(name: MetricName, value?: number, detail?: string): void;
  /** Writes what was gathered as lines of the embedded metric format, and begins anew. */
  publish(): void;
}

/** All counts of one kind in one line, not one for each second's poll: CloudWatch is paid by the byte. */
export function powertoolsMeter(powertools: Metrics): Meter {
  const gathered = new Map<string, { name: MetricName; detail: string | undefined; values: number[] }>();
  return {
    add(name, value = 1, detail) {
      const key = `${name} ${detail ?? ''}`;
      const entry = gathered.get(key) ?? { name, detail, values: [] };
      gathered.set(key, entry);
      if (table[name].unit === 'Count') entry.values[0] = (entry.values[0] ?? 0) + value;
      else entry.values.push(value);
    },
    publish() {
      for (const [by, entries] of Map.groupBy(gathered.values(), dimensionsOf)) {
        // The metrics of a line have their dimensions in common: those of the whole agent, and those of the detail.
        powertools.addDimensions({});
        if (by !== whole) powertools.addDimensions(JSON.parse(by));
        for (const { name, values } of entries) {
          for (const value of values) powertools.addMetric(name, table[name].unit, value);
        }
        powertools.publishStoredMetrics();
      }
      gathered.clear();
    },
  };
}

const whole = '{}';

function dimensionsOf({ name, detail }: { name: MetricName; detail: string | undefined }): string {
  const by: MetricDetail | null = table[name].by;
  return by === null ? whole : JSON.stringify({ [by]: bounded(detail) });
}

/** The values of a detail are words of our own code: anything else may be a text with a task's name in it. */
function bounded(detail: string | undefined): string {
  return detail !== undefined && /^[A-Za-z][A-Za-z0-9-]{0,79}$/.test(detail) ? detail : 'other';
}
