import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAppSettings } from '../../infra/app-settings.ts';
import { givenImages, synthesize } from '../support/synthesize.ts';

const digest = `sha256:${'0'.repeat(64)}`;

/** Settings with one thing wrong, and the sentence that says so and what to do. */
const bad: [what: string, settings: Record<string, unknown>, sentence: RegExp][] = [
  [
    'no secret with the token',
    { tokenSecret: '' },
    /^The secret with the agent's token is missing\. .*-c tokenSecret=/,
  ],
  [
    'records that are kept for ever',
    { audit: { bucket: { retentionDays: 40_000 } } },
    /^audit\.bucket\.retentionDays is 40000\. S3 takes whole days, from 1 to 36500/,
  ],
  [
    'an API without TLS',
    { apiUrl: 'http://api.example.com' },
    /^apiUrl is "http:.*must be .* begins with https:\/\//,
  ],
  ['an API that is no address', { apiUrl: 'api.example.com' }, /^apiUrl is "api\.example\.com"/],
  ['keys of users without TLS', { identity: { jwkUrl: 'http://id.example.com' } }, /^identity\.jwkUrl is/],
  [
    'an image without a digest',
    { images: { shell: 'shell:latest' } },
    /^The image of shell is "shell:latest", without a digest\./,
  ],
  [
    'an image of no family',
    { images: { cobol: `x@${digest}` } },
    /^There is no image family "cobol"\. There are: .*shell/,
  ],
  [
    'a type in the policy',
    { policy: { types: ['cobol'] } },
    /^policy\.types has the type "cobol"\. There are: bash,/,
  ],
  [
    'a type of a target',
    { targets: { orders: { types: ['cobol'] } } },
    /^targets\.orders\.types has the type "cobol"/,
  ],
  [
    'types that are set twice',
    { policy: { targets: { a: { types: ['bash'] } } }, targets: { a: { types: ['bash'] } } },
    /set twice/,
  ],
  [
    'the name of a target',
    { targets: { 'my orders': {} } },
    /^"my orders" cannot be the name of a target\. Use its name at Runops/,
  ],
  [
    'a target that can read no secret',
    { secrets: { by: 'target' }, targets: { orders: {} } },
    /Set targets\.orders\.secrets/,
  ],
  [
    'a secret that is none',
    { targets: { orders: { secrets: ['orders'] } } },
    /^"orders" is not the ARN of a secret\. Copy it/,
  ],
  [
    'a prefix that opens all secrets',
    { secrets: { by: 'prefix', prefix: '*' } },
    /^The prefix of the secrets is "\*"/,
  ],
  [
    'a size that Fargate has not',
    { targets: { a: { cpu: 300 } } },
    /^The target "a": Fargate has no container with 300/,
  ],
  [
    'too little memory',
    { targets: { a: { cpu: 1024, memory: 512 } } },
    /the memory cannot be 512 MiB\. One of: 2048/,
  ],
  [
    'subnets that are none',
    { network: { profile: 'private', vpcId: 'vpc-01234567', subnetIds: ['here'] } },
    /"here" is not the id of a subnet/,
  ],
  [
    'subnets of a target',
    { targets: { a: { subnets: ['here'], securityGroups: ['sg-01234567'] } } },
    /^Target "a": "here" is not/,
  ],
  [
    'the path of roles',
    { roles: { path: 'runops' } },
    /^The path of the roles is "runops"\. It begins and ends with a slash/,
  ],
  [
    'a boundary by its name',
    { roles: { permissionsBoundary: 'boundary' } },
    /^The permissions boundary is "boundary"\. Give the ARN/,
  ],
  [
    'a login to Vault without a role',
    { vault: { address: 'https://vault.example.com', login: 'aws' } },
    /needs VAULT_ROLE/,
  ],
  [
    'a guardrail without a version',
    { redaction: { bedrockGuardrail: { guardrail: 'abc' } } },
    /version: must be a string/,
  ],
];

describe('what cannot be right is said in one sentence', () => {
  it.for(bad)('%s', ([, settings, sentence]) => {
    const problem = catchMessage(() =>
      synthesize({ ...settings, images: { ...givenImages, ...Object(settings.images) } }),
    );
    expect(problem).toMatch(sentence);
    expect(problem).not.toContain('\n');
  });

  it('names all problems of the settings at once', () => {
    const problem = catchMessage(() =>
      parseAppSettings({ tokenSecret: 'a', colour: 'red', tracing: 'yes', network: { profile: 'open' } }, {}),
    );
    expect(problem).toMatch(/^The settings are not valid: /);
    expect(problem).toContain('they: has what is not known: colour');
    expect(problem).toContain('tracing: must be a boolean');
    expect(problem).toContain('network');
  });
});

describe('the settings', () => {
  it('of the command line are stronger than those of the file', () => {
    const settings = parseAppSettings({ tokenSecret: 'a', tags: 'file' }, { tags: 'command-line' });
    expect(settings).toMatchObject({ tokenSecret: 'a', tags: 'command-line' });
  });
});

describe('the app', () => {
  const app = resolve('infra/app.ts');

  it('says what is missing and leaves no half of a template', () => {
    const folder = mkdtempSync(join(tmpdir(), 'runops-app-'));
    writeFileSync(join(folder, 'runops-agent.json'), '{ "tags": "red" }');
    const problem = catchMessage(() =>
      execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', app], {
        cwd: folder,
        stdio: 'pipe',
      }),
    );
    expect(problem).toContain("The secret with the agent's token is missing.");
    expect(problem.trim().split('\n')).toHaveLength(2);
  });
});

function catchMessage(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  return 'There was no problem.';
}
