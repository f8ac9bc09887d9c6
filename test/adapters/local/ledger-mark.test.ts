import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diskLedger } from '../../../adapters/local/ledger.ts';

/** Found by the simulation: whoever made the record may have died before it was listed as open. */
it('lists an execution again when its task is handed out again and only the mark is missing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ledger-mark-'));
  try {
    const ledger = diskLedger(directory);
    await ledger.create('7', 'task', { receivedAt: 1, input: { id: 7 } });
    await rm(join(directory, 'open', '7'));
    expect(await ledger.create('7', 'task', { receivedAt: 2, input: { id: 7 } })).toBe(false);
    expect(await Array.fromAsync(ledger.open())).toEqual(['7']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
