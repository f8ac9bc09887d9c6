import { expect, it } from 'vitest';
import type { Ledger } from '../../core/ports.ts';

/** What every ledger promises. `open` makes a new handle on the same, initially empty, storage. */
export function ledgerSuite(open: () => Ledger) {
  const claimedAt = 1_000;

  it('creates a record once, and the first one stays', async () => {
    const ledger = open();
    expect(await ledger.create('1', 'claim-1', { claimedAt })).toBe(true);
    expect(await ledger.create('1', 'claim-1', { claimedAt: 2_000 })).toBe(false);
    expect(await open().read('1', 'claim-1')).toEqual({ claimedAt });
  });

  it('lets exactly one of many callers at once create a record', async () => {
    const created = await Promise.all(
      Array.from({ length: 50 }, (_, n) => open().create('2', 'claim-1', { claimedAt: n })),
    );
    expect(created.filter(Boolean)).toHaveLength(1);
  });

  it('knows nothing of what was never written', async () => {
    expect(await open().read('3', 'result')).toBeUndefined();
    expect(await open().readOutput('3', 1)).toBeUndefined();
  });

  it('lists an execution from its task to its closing', async () => {
    const ledger = open();
    await ledger.create('4', 'task', { receivedAt: 1, input: { id: 4, script: 'ls' } });
    expect(await Array.fromAsync(open().open())).toContain('4');
    await ledger.close('4');
    expect(await Array.fromAsync(open().open())).not.toContain('4');
  });

  it('keeps the permanent records of a closed execution, and nothing else', async () => {
    const ledger = open();
    await ledger.create('5', 'task', { receivedAt: 1, input: { id: 5, token: 'a token' } });
    await ledger.create('5', 'claim-1', { claimedAt });
    await ledger.create('5', 'started', { by: 'runner', launchId: 'x', startedAt: 2 });
    await ledger.create('5', 'reported', { reportedAt: 3 });
    await ledger.writeOutput('5', 1, new Uint8Array([1]));
    await ledger.close('5');

    expect(await ledger.read('5', 'task')).toBeUndefined();
    expect(await ledger.readOutput('5', 1)).toBeUndefined();
    expect(await ledger.create('5', 'claim-1', { claimedAt })).toBe(false);
    expect(await ledger.create('5', 'started', { by: 'runner', launchId: 'y', startedAt: 9 })).toBe(false);
    expect(await ledger.read('5', 'reported')).toEqual({ reportedAt: 3 });
  });

  it('closes twice as well as once', async () => {
    const ledger = open();
    await ledger.close('6');
    await ledger.create('6', 'task', { receivedAt: 1, input: {} });
    await ledger.close('6');
    await ledger.close('6');
    expect(await ledger.read('6', 'task')).toBeUndefined();
  });

  it('returns output byte for byte, part by part', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => n % 256);
    await open().writeOutput('7', 1, bytes);
    await open().writeOutput('7', 2, new Uint8Array());
    expect(Buffer.compare((await open().readOutput('7', 1)) ?? new Uint8Array(), bytes)).toBe(0);
    expect((await open().readOutput('7', 2))?.length).toBe(0);
  });

  it('keeps executions apart whose ids begin alike', async () => {
    const ledger = open();
    await ledger.create('8', 'task', { receivedAt: 1, input: {} });
    await ledger.create('88', 'task', { receivedAt: 1, input: {} });
    await ledger.close('8');
    expect(await ledger.read('88', 'task')).toBeDefined();
  });
}
