import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../e2e/test-server.ts';
import { mariadbMissing, startMariadb } from '../support/mariadb.ts';
import type { TestDatabase } from '../support/server-process.ts';
import { buildAgentImage, docker, dockerMissing } from './docker.ts';

const project = resolve(import.meta.dirname, '../..');
const guide = readFileSync(resolve(project, 'docs/run-the-agent.md'), 'utf8');
const missing = dockerMissing ?? mariadbMissing;

if (missing) console.warn(`The test of docs/run-the-agent.md is left out. ${missing}`);

describe.skipIf(missing)('docs/run-the-agent.md', { timeout: 120_000 }, () => {
  const name = `runops-guide-${randomUUID()}`;
  let image = '';
  let server: TestServer;
  let database: TestDatabase | undefined;

  beforeAll(async () => {
    server = await startTestServer();
    database = await startMariadb();
    image = await buildAgentImage();
  }, 900_000);
  afterAll(async () => {
    await docker('rm', '--force', name);
    await docker('volume', 'rm', '--force', name);
    await database?.stop();
    await server?.close();
  });

  it('leads from a secret in a variable to the rows of a query', async () => {
    const { host, user, password, database: schema } = database ?? {};
    const secret = { MYSQL_HOST: host, MYSQL_USER: user, MYSQL_PASS: password, MYSQL_DB: schema };
    const MY_TARGET = JSON.stringify({ ...secret, MYSQL_PORT: `${database?.port}` }, null, 2);
    const runAgent = blockWith('docker run ')
      .replace(/^docker logs.*$/m, '')
      .replace('--name runops-agent', `--name ${name} --network host --env API_URL`)
      .replace('--volume runops-agent:', `--volume ${name}:`)
      .replace(/runops-agent\s*$/, image);
    await shell(runAgent, { TOKEN: server.agentToken, API_URL: server.url, MY_TARGET });

    const asUser = { RUNOPS_API_URL: server.url, RUNOPS_TOKEN: server.userToken };
    expect(await shell(blockWith('runops tasks create'), asUser)).toMatch(/^1\n1\n$/m);

    await docker('stop', name);
    const { stdout } = await docker('inspect', '--format', '{{.State.ExitCode}}', name);
    expect(stdout).toBe('0\n');
  });
});

/** The guide's commands, as they stand there. */
function blockWith(command: string): string {
  const blocks = [...guide.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.includes(command));
  if (!found) throw new Error(`No block of the guide has "${command}".`);
  return found;
}

async function shell(script: string, variables: Record<string, string>): Promise<string> {
  const withRunops = `set -e; runops() { node ${resolve(project, 'dist/runops.mjs')} "$@"; }\n${script}`;
  const env = { ...process.env, ...variables };
  const { stdout } = await promisify(execFile)('sh', ['-c', withRunops], { env });
  return stdout;
}
