import type { UsageEntry } from '../../core/daily-usage.ts';
import type { Usage } from '../../core/ports.ts';
import type { ObjectStore } from './object-store.ts';
import type { Process, Universe } from './process.ts';
import { storeRequests } from './s3-ledger.ts';

/** The usage of days over an object store: an entry is all in its key, as in S3. */
export function s3Usage(universe: Universe, store: ObjectStore, process: Process): Usage {
  const request = storeRequests(universe, process);
  return {
    async add(day, entry) {
      const put = () => store.put(usageKey(day, entry), '', { once: false, writer: process.name });
      await request(`add ${usageKey(day, entry)}`, put);
    },
    async remove(day, entries) {
      const keys = entries.map((entry) => usageKey(day, entry));
      if (keys.length > 0) await request(`remove ${keys.join()}`, () => store.delete(keys));
    },
    list: (day) => request(`list usage/${day}/`, () => usageIn(store, day)),
  };
}

export function usageKey(day: string, entry: UsageEntry): string {
  return `usage/${day}/${JSON.stringify(entry)}`;
}

export function usageIn(store: ObjectStore, day: string): UsageEntry[] {
  return store.list(`usage/${day}/`).map((key): UsageEntry => JSON.parse(key.slice(`usage/${day}/`.length)));
}
