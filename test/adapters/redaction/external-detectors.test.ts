import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { externalDetectors } from '../../../adapters/redaction/external-detectors.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const deps = {
  clock: fakeClock(),
  random: () => 0,
  readFile: (path: string) => readFileSync(path, 'utf8'),
};
const guardrail = '{"guardrail":"abc","version":"1"}';

it('makes the detectors that are configured, and none when nothing is', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'detectors-')), 'dlp.json');
  writeFileSync(path, '{"project":"example-project"}');
  const names = (settings: Parameters<typeof externalDetectors>[0]) =>
    externalDetectors(settings, deps).map(({ name }) => name);
  expect(names({})).toEqual([]);
  expect(names({ googleDlp: '', bedrockGuardrail: undefined })).toEqual([]);
  expect(names({ googleDlp: path, bedrockGuardrail: guardrail })).toEqual([
    'Google Cloud DLP',
    'Amazon Bedrock Guardrails',
  ]);
});

it('throws when what is configured cannot be read, so that no agent starts without it', () => {
  for (const googleDlp of ['/nonexistent/dlp.json', '{"project":1}']) {
    expect(() => externalDetectors({ googleDlp }, deps)).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    );
  }
});
