import { expect, it } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import type { LogStore, StoredLog } from '../../core/ports.ts';
import type { Redacted } from '../../core/redaction/redacted.ts';

/** What every store of redacted logs promises. `read` takes a log out of the storage itself, if there is one. */
export function logStoreSuite(open: () => LogStore, read: (id: string) => Promise<string | undefined>) {
  it('keeps the log whole, and says how long it is and where', async () => {
    const stored = await open().write('1', pieces('Zoë 🐘\n', '', 'second line'));
    expect(stored.bytes).toBe(21);
    expect(stored.location).toContain('1');
    expect(await read('1')).toBe('Zoë 🐘\nsecond line');
  });

  it('gives the log back from its start, as often as it is asked', async () => {
    const stored = await open().write('2', pieces('one ', 'two'));
    expect([await textOf(stored), await textOf(stored)]).toEqual(['one two', 'one two']);
  });

  it('keeps an empty log', async () => {
    const stored = await open().write('3', pieces());
    expect([stored.bytes, await textOf(stored), await read('3')]).toEqual([0, '', '']);
  });

  it('replaces an earlier try', async () => {
    await open().write('4', pieces('the first try, which is longer'));
    await open().write('4', pieces('the second'));
    expect(await read('4')).toBe('the second');
  });

  it('throws what the redactor throws, and keeps nothing of a log that it could not finish', async () => {
    const failure = new AgentError('redaction-failed', 'The detector is down.', { retryable: true });
    async function* broken() {
      yield* pieces('a beginning');
      throw failure;
    }
    await expect(open().write('5', broken())).rejects.toBe(failure);
    expect(await read('5')).toBeUndefined();
  });

  it('keeps a log of many megabytes, in pieces of any size', { timeout: 60_000 }, async () => {
    const piece = `${'0123456789abcde'.repeat(8_737)}\n`;
    const count = 100;
    const stored = await open().write('6', pieces('short\n', ...Array(count).fill(piece)));
    expect(stored.bytes).toBe(6 + piece.length * count);
    expect(await textOf(stored)).toBe(`short\n${piece.repeat(count)}`);
  });
}

async function* pieces(...texts: string[]): AsyncGenerator<Redacted> {
  for (const text of texts) yield text as Redacted;
}

async function textOf(stored: StoredLog): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stored.read())).toString();
}
