import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sha256 } from '../../adapters/sha256.ts';
import { linkAfter, noHead } from '../../core/audit-chain.ts';
import { recordOf } from '../support/audit-record.ts';
import { builtRunops, runRunops, runtimes } from './run-runops.ts';

let runops: string;
beforeAll(() => {
  runops = builtRunops();
}, 60_000);

/** Two links of an old execution in a folder; the text of the second goes through `change`. */
function chain(change = (text: string) => text) {
  const folder = mkdtempSync(join(tmpdir(), 'chain-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const first = linkAfter(noHead, recordOf({ id: '1/allow' }), sha256);
  const second = linkAfter(
    { sequence: 1, sha256: sha256(first.text) },
    recordOf({ id: '2/deny', decision: 'deny' }),
    sha256,
  );
  for (const { key, text } of [first, { ...second, text: change(second.text) }]) {
    writeFileSync(join(folder, key.replace('chain/', '')), text);
  }
  return { folder, head: sha256(second.text) };
}

describe.each(runtimes())('runops audit verify on $name', ({ node }) => {
  const verify = (...args: string[]) => runRunops(runops, ['audit', 'verify', ...args], { node });

  it('says that a chain is whole, what its head is and what has no end', async () => {
    const { folder, head } = chain();
    expect(await verify('--folder', folder)).toEqual({
      code: 0,
      stdout: `2 records are good. Head: ${head}\n`,
      stderr: 'Execution 1 was allowed more than a day ago, and its end is not in the trail.\n',
    });
    const { code, stdout } = await verify('--folder', folder, '--head', head, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ links: 2, head, broken: null, unended: ['1'] });
  });

  it('names the first record that is not good, and fails', async () => {
    const { folder, head } = chain((text) => text.replace('deny', 'Deny'));
    const { code, stdout, stderr } = await verify('--folder', folder);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^1 records are good\. Head: \w{64}\n$/)]);
    expect(stderr).toMatch(/Record 2 \(999999999997-000000000002\.json\) is not good: its content is not/);
    const cut = await verify('--folder', folder, '--json', '--head', head);
    expect([cut.code, JSON.parse(cut.stdout).broken.sequence]).toEqual([1, 2]);
  });

  it('fails where there is no chain', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chain-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(await verify('--folder', folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no record at all'),
    });
    expect(await verify('--folder', join(folder, 'nowhere'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be read'),
    });
  });

  it.for<[args: string[], said: RegExp]>([
    [[], /needs --bucket NAME or --folder PATH/],
    [['--bucket', 'a', '--folder', 'b'], /needs --bucket NAME or --folder PATH/],
    [['--folder', 'a', '--head', 'abc'], /--head must be a SHA-256.* It is "abc"/],
  ])('does not guess: %j', async ([args, said]) => {
    const { code, stderr } = await verify(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
  });
});
