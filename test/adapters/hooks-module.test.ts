import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lazyHooks, loadHooks } from '../../adapters/hooks-module.ts';

const task = {
  ...{ id: 7, type: 'bash', target: null, description: null },
  ...{ userEmail: null, userGroups: null, script: 'true' },
};

/** A module of hooks in a folder of its own, with a file beside it. */
function moduleOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'runops hooks-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'words.mjs'), "export const no = 'Not here.';");
  writeFileSync(join(folder, 'hooks.mjs'), text);
  return join(folder, 'hooks.mjs');
}

it('finds the functions of a module, which may import what is beside it', async () => {
  const path = moduleOf("import { no } from './words.mjs'; export const before = () => ({ stop: no });");
  const hooks = await loadHooks(path);
  expect(hooks.before?.(task)).toEqual({ stop: 'Not here.' });
  expect(hooks.after).toBeUndefined();
});

it.each([
  ['does not parse', 'export function before( {', /could not be loaded: /],
  ['throws', "throw new Error('No list of changes.');", /could not be loaded: No list of changes\./],
  ['imports what is not there', "import './gone.mjs';", /could not be loaded: .*gone\.mjs/],
  ['exports nothing', '', /export neither a function `before` nor `after`\./],
  ['exports something else', "export const before = 'no';", /are not valid: before: must be a function\./],
])('says what is wrong with a module that %s', async (_, text, words) => {
  const path = moduleOf(text);
  const problem = expect.objectContaining({ code: 'config-invalid', message: expect.stringMatching(words) });
  await expect(loadHooks(path)).rejects.toEqual(problem);
  await expect(loadHooks(path)).rejects.toThrow(`The hooks ${path} of RUNOPS_HOOKS `);
});

it('loads lazily: a module that is missing fails the first call, not the start', async () => {
  const hooks = lazyHooks('/nowhere/hooks.mjs');
  await expect(hooks.before?.(task)).rejects.toThrow(/nowhere.*could not be loaded/);
});

it('takes the example of the documentation, which keeps a target read-only', async () => {
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/hooks.md', 'utf8')) ?? [];
  const { before, after } = await loadHooks(moduleOf(example));
  const orders = { ...task, type: 'postgres', target: 'orders' };
  expect(before?.(task)).toBeUndefined();
  expect(before?.({ ...orders, script: 'DELETE FROM orders' })).toEqual({
    stop: 'orders is read-only here, and the script has "DELETE". Ask its owners for a change.',
  });
  expect(before?.({ ...orders, script: 'select updated_at from orders' })).toEqual({
    script: 'set default_transaction_read_only = on;\nselect updated_at from orders',
  });
  expect(after).toBeTypeOf('function');
});
