import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireNode } from '../../local/require-node.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runops-start-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function program(name: string, environment: Record<string, string>) {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', `local/${name}.ts`], {
    cwd: root,
    env: { PATH: process.env.PATH, TMPDIR: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('npm start that cannot start', () => {
  async function refusal(environment: Record<string, string>) {
    const child = program('start', { RUNOPS_HOME: join(folder, 'home'), RUNOPS_PORT: '0', ...environment });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(code).toBe(1);
    return said;
  }

  it('says which port is in use, and how to choose another', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const said = await refusal({ RUNOPS_PORT: port });
    other.close();
    expect(said).toBe(
      `Port ${port} of 127.0.0.1 is in use by another program. Stop that one, or choose another port: RUNOPS_PORT.\n`,
    );
  });

  it('says which folder it cannot use, and how to choose another', async () => {
    const home = join(folder, 'a file');
    await writeFile(home, '');
    const said = await refusal({ RUNOPS_HOME: home });
    expect(said).toBe(
      `The folder ${home} cannot be made (EEXIST). Set RUNOPS_HOME to one that can be written.\n`,
    );
  });
});

describe('npm run demo', () => {
  it('ends its tasks and leaves no folder behind at Ctrl-C', { timeout: 30_000 }, async () => {
    const child = program('demo', {});
    await once(child.stdout, 'data');
    expect(await readdir(folder)).toContainEqual(expect.stringMatching(/^runops-demo-/));
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^runops-demo-/));
    // Each execution has a directory there until it ends.
    expect(await readdir(join(folder, `runops-${process.getuid?.()}`))).toEqual([]);
  });
});

describe('the version of Node', () => {
  it.each(['18.20.4', '20.20.2', '22.12.0'])(
    '%s is refused by the agent, since its tasks would fail',
    (version) => {
      const needed = `The agent needs Node 24 or newer. This is Node ${version}.`;
      expect(() => requireNode(version)).toThrow(needed);
    },
  );

  it.each(['24.0.0', '26.1.0'])('%s is enough', (version) => {
    expect(() => requireNode(version)).not.toThrow();
  });
});
