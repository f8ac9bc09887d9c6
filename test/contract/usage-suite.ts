import { expect, it } from 'vitest';
import type { UsageEntry } from '../../core/daily-usage.ts';
import type { Usage } from '../../core/ports.ts';

const reserved = (executionId: string, at = 1_795_000_000_000): UsageEntry => ({
  ...{ executionId, kind: 'reserved', vcpuSeconds: 1800, at },
});
const used = (executionId: string, container: string): UsageEntry => ({
  ...{ executionId, kind: 'used', vcpuSeconds: 61, container },
});

/** What every `Usage` promises. `open` connects again to the same entries, as another process would. */
export function usageSuite(open: () => Usage) {
  it('lists what was added to a day, each entry once and as it was', async () => {
    const entries: UsageEntry[] = [
      ...[reserved('7'), reserved('7', 2), used('7', '0123456789abcdef'), used('7', 'another-one')],
      ...[{ executionId: '7', kind: 'over' } as const, reserved('a.task_with-signs.2026')],
    ];
    for (const entry of [...entries, ...entries]) await open().add('2026-11-20', entry);
    const listed = await open().list('2026-11-20');
    expect(listed).toHaveLength(entries.length);
    expect(listed).toEqual(expect.arrayContaining(entries));
  });

  it('keeps days apart', async () => {
    await open().add('2026-11-21', reserved('1'));
    expect(await open().list('2026-11-22')).toEqual([]);
  });

  it('removes exactly what it is told, whether it is there or not', async () => {
    const usage = open();
    for (const at of [1, 2]) await usage.add('2026-11-23', reserved('1', at));
    await open().remove('2026-11-23', [reserved('1', 1), reserved('1', 3), reserved('11', 2)]);
    await open().remove('2026-11-23', []);
    expect(await open().list('2026-11-23')).toEqual([reserved('1', 2)]);
  });

  it('shows at once what many have added together', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(ids.map((id) => open().add('2026-11-24', reserved(id))));
    const listed = await open().list('2026-11-24');
    expect(listed.map(({ executionId }) => executionId).toSorted()).toEqual(ids.toSorted());
  });
}
