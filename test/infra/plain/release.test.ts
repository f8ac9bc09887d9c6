import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestsOf } from '../../../infra/release/checksums.ts';
import { readImages } from '../../../infra/release/read-images.ts';

const scratch = mkdtempSync(join(tmpdir(), 'runops-release-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const node = (cwd: string, ...args: string[]) =>
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    ...{ cwd, encoding: 'utf8', stdio: 'pipe' },
  });

describe('a release', () => {
  const [first, second] = [join(scratch, 'one'), join(scratch, 'a/deeper/place')];
  beforeAll(() => {
    for (const checkout of [first, second]) release(checkout);
  }, 600_000);

  it('is the same, byte for byte, in another place and once more', () => {
    expect(digestsOf(`${first}/dist/release`)).toEqual(digestsOf(`${second}/dist/release`));
    const sums = (checkout: string) => readFileSync(`${checkout}/dist/release/SHA256SUMS`, 'utf8');
    expect(sums(first)).toBe(sums(second));
  });

  it('says what it was made of', () => {
    const { subject, predicate } = read('provenance.json');
    const files = digestsOf(`${first}/dist/release`).filter(([name]) => name !== 'provenance.json');
    expect(subject).toEqual(files.map(([name, sha256]) => ({ name, digest: { sha256 } })));
    const [source] = predicate.buildDefinition.resolvedDependencies;
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: first, encoding: 'utf8' }).trim();
    expect(source).toEqual({
      ...{ name: 'repository', digest: { gitCommit: commit }, annotations: { state: 'clean' } },
    });
    expect(JSON.stringify(predicate)).not.toContain(scratch);
  });

  it('lists the packages that are in it, with versions, licences and hashes, and no others', () => {
    const { components, dependencies } = read('sbom.cdx.json');
    const named = (name: string) => components.find((component: { name: string }) => component.name === name);
    expect(named('jose')).toMatchObject({
      ...{ type: 'library', purl: expect.stringMatching(/^pkg:npm\/jose@\d/), version: expect.any(String) },
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
      properties: expect.arrayContaining([
        { name: 'runops:bundle', value: 'functions/dispatcher/handler.ts' },
      ]),
    });
    expect(named('client-sqs').purl).toMatch(/^pkg:npm\/%40aws-sdk\/client-sqs@/);
    for (const absent of ['aws-cdk-lib', 'vitest', 'esbuild', 'typescript'])
      expect(named(absent)).toBeUndefined();
    const purls = new Set(components.map(({ purl }: { purl: string }) => purl));
    expect(purls.size).toBe(components.length);
    const [self] = dependencies.filter(({ ref }: { ref: string }) =>
      ref.startsWith('pkg:npm/runops-agent-aws@'),
    );
    expect(self.dependsOn).toContain(named('jose').purl);
    for (const { ref, dependsOn } of dependencies) {
      if (ref !== self.ref) expect(purls).toContain(ref);
      for (const other of dependsOn) expect(purls).toContain(other);
    }
  });

  it('is not published by itself, and says by which commands it is', () => {
    expect(() => node(resolve('.'), 'infra/release/main.ts', 'release')).toThrow(
      /published by those who have its accounts: .*--dry-run.* aws s3api put-object --if-none-match '\*'/,
    );
  });

  it('does not take the place of anything else', () => {
    writeFileSync(join(scratch, 'precious'), 'mine');
    expect(() => node(resolve('.'), 'infra/release/main.ts', 'template', '--out', scratch)).toThrow(
      /holds something, and no template of an earlier run\. Name another folder with --out\./,
    );
    expect(readFileSync(join(scratch, 'precious'), 'utf8')).toBe('mine');
  });

  function read(name: string) {
    return JSON.parse(readFileSync(`${first}/dist/release/${name}`, 'utf8'));
  }
});

describe('images', () => {
  it('are named as the build of the images prints them', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const file = join(scratch, 'images');
    writeFileSync(file, `shell registry.example.com/runops/shell@${digest}\n`);
    expect(readImages(file)).toEqual({ shell: `registry.example.com/runops/shell@${digest}` });
    writeFileSync(file, 'shell registry.example.com/runops/shell:latest\n');
    expect(() => readImages(file)).toThrow(
      /has the line "shell .*:latest"\. It must be FAMILY NAME@sha256:…, as containers\/images\/build\.sh/,
    );
  });
});

/** Makes a release of a commit of these sources, in a checkout of its own. */
function release(checkout: string): void {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' });
  for (const file of list.split('\n').filter((name) => existsSync(name) && name !== 'node_modules')) {
    cpSync(file, join(checkout, file));
  }
  symlinkSync(resolve('node_modules'), join(checkout, 'node_modules'));
  commit(checkout);
  node(checkout, 'build.ts');
  node(checkout, 'infra/release/main.ts', 'release', '--dry-run');
}

function commit(cwd: string): void {
  const who = { name: 'test', email: 'test@example.com', date: '2026-01-01T00:00:00Z' };
  const env = {
    ...process.env,
    ...{ GIT_AUTHOR_NAME: who.name, GIT_AUTHOR_EMAIL: who.email, GIT_AUTHOR_DATE: who.date },
    ...{ GIT_COMMITTER_NAME: who.name, GIT_COMMITTER_EMAIL: who.email, GIT_COMMITTER_DATE: who.date },
  };
  const git = (...args: string[]) => execFileSync('git', args, { cwd, env, stdio: 'pipe' });
  git('init', '--quiet');
  writeFileSync(join(cwd, '.git/info/exclude'), 'node_modules\n');
  git('add', '--all');
  git('commit', '--quiet', '--no-gpg-sign', '--message', 'A release');
}
