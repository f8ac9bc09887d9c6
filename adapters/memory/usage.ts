import type { UsageEntry } from '../../core/daily-usage.ts';
import type { Usage } from '../../core/ports.ts';

/** The usage of days in memory, for tests. */
export function memoryUsage(): Usage {
  const days = new Map<string, Map<string, UsageEntry>>();
  const entriesOf = (day: string) => {
    const entries = days.get(day) ?? new Map<string, UsageEntry>();
    days.set(day, entries);
    return entries;
  };
  const nameOf = (entry: UsageEntry) => JSON.stringify(Object.entries(entry).sort());
  return {
    async add(day, entry) {
      entriesOf(day).set(nameOf(entry), { ...entry });
    },
    async remove(day, entries) {
      for (const entry of entries) entriesOf(day).delete(nameOf(entry));
    },
    async list(day) {
      return [...entriesOf(day).values()];
    },
  };
}
