import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Synthesized, synthesize } from '../support/synthesize.ts';

let folder: string;
let module: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runops-hooks-'));
  module = join(folder, 'read-only.mjs');
  mkdirSync(join(folder, 'words'));
  writeFileSync(join(folder, 'words', 'no.mjs'), "export const no = 'No.';");
  writeFileSync(module, "import { no } from './words/no.mjs'; export const before = () => ({ stop: no });");
});
afterAll(() => rmSync(folder, { recursive: true }));

const functionNames = ['Poller', 'Dispatcher', 'Reporter'];

/** The variable and the layers of each of the three functions. */
function hooksOf({ all }: Synthesized) {
  const functions = all('AWS::Lambda::Function');
  return functionNames.map((name) => {
    const { Environment, Layers } = functions.find(({ id }) => id.includes(name))?.properties ?? {};
    return { path: Object(Environment).Variables.RUNOPS_HOOKS, layers: Layers };
  });
}

describe('hooks', () => {
  it('are a layer of the dispatcher and the reporter, with all that is beside the module', () => {
    const synthesized = synthesize({ hooks: module });
    const [layer, ...more] = synthesized.all('AWS::Lambda::LayerVersion');
    expect(more).toEqual([]);
    const given = { path: '/opt/read-only.mjs', layers: [{ Ref: layer?.id }] };
    expect(hooksOf(synthesized)).toEqual([{}, given, given]);

    const { directory } = synthesized.app.synth();
    const assets = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    const files = assets
      .filter((file) => file.endsWith('.mjs'))
      .map((file) => file.replace(/^asset\.\w+\//, ''));
    expect(files).toEqual(expect.arrayContaining(['read-only.mjs', 'words/no.mjs']));
  });

  it('leave no trace in a deployment without them', () => {
    const synthesized = synthesize();
    expect(synthesized.all('AWS::Lambda::LayerVersion')).toEqual([]);
    expect(hooksOf(synthesized)).toEqual([{}, {}, {}]);
  });

  it.each([
    ['nowhere.mjs', /^hooks is "nowhere\.mjs", which is no file\. It must be an ES module\.$/],
    ['test', /^hooks is "test", which is no file/],
    [
      'package.json',
      /^hooks is "package\.json"\. Its whole folder is deployed, so move it into one of its own/,
    ],
  ])('are refused when they are at %s', (hooks, sentence) => {
    expect(() => synthesize({ hooks })).toThrow(sentence);
  });
});
