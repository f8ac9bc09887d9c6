import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtTemplate } from '../../support/plain-template.ts';

const program =
  process.env.RUNOPS_CFN_LINT ??
  (process.env.PATH ?? '')
    .split(':')
    .map((path) => join(path, 'cfn-lint'))
    .find(existsSync);
const missing = program && existsSync(program) ? undefined : "python3 -m pip install 'cfn-lint==1.58.0'";

if (missing)
  console.warn(`cfn-lint is not installed, so the plain template is not looked at by it: ${missing}`);

describe.skipIf(missing)('the plain template', () => {
  it.each([{}, { images: {}, bucketPrefix: 'acme-runops' }])(
    'has nothing that cfn-lint would say anything about, with %j',
    (options) => {
      const { folder } = builtTemplate(options);
      const template = join(folder, 'runops-agent.template.json');
      expect(said(['--', template])).toBe('');
    },
    120_000,
  );
});

function said(args: string[]): string {
  try {
    return execFileSync(String(program), args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (thrown) {
    return String(Object(thrown).stdout || thrown);
  }
}
