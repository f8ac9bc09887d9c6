import type { UsageEntry } from '../../core/daily-usage.ts';
import type { Usage } from '../../core/ports.ts';
import { type LedgerBucket, pages, remove, write } from './ledger-bucket.ts';
import { usagePrefix } from './ledger-keys.ts';

/**
 * The usage of days in the bucket of the ledger: an empty object for each entry, which is all in its key. A listing
 * gives the sum of a day, and whoever adds an entry twice adds the same object.
 */
export function s3Usage(bucket: LedgerBucket): Usage {
  return {
    async add(day, entry) {
      await write(bucket, keyOf(day, entry), new Uint8Array());
    },
    async remove(day, entries) {
      await remove(
        bucket,
        entries.map((entry) => keyOf(day, entry)),
      );
    },
    async list(day) {
      const entries: UsageEntry[] = [];
      for await (const keys of pages(bucket, prefixOf(day))) entries.push(...keys.flatMap(entryOf));
      return entries;
    },
  };
}

function prefixOf(day: string): string {
  return `${usagePrefix}${day}/`;
}

function keyOf(day: string, entry: UsageEntry): string {
  return `${prefixOf(day)}${entry.executionId}/${nameOf(entry)}`;
}

function nameOf(entry: UsageEntry): string {
  if (entry.kind === 'reserved') return `reserved-${entry.vcpuSeconds}-${entry.at}`;
  return entry.kind === 'used' ? `used-${entry.vcpuSeconds}-${entry.container}` : entry.kind;
}

/** None for an object that somebody else has put there. */
function entryOf(key: string): UsageEntry[] {
  const [, , executionId = '', name = ''] = key.split('/');
  const [, kind, amount, rest = ''] = /^(reserved|used)-(\d+)-(.+)$/.exec(name) ?? [];
  if (kind === 'reserved') return [{ executionId, kind, vcpuSeconds: Number(amount), at: Number(rest) }];
  if (kind === 'used') return [{ executionId, kind, vcpuSeconds: Number(amount), container: rest }];
  return name === 'over' ? [{ executionId, kind: name }] : [];
}
