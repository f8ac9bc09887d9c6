import { chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeUserApi } from '../support/fake-user-api.ts';
import { builtRunops, runRunops, runtimes, serverEnv, token } from './run-runops.ts';

const runops = builtRunops();
const tasks = { 'GET /v1/tasks': { body: [] } };

function projectFolder(content?: unknown): { inner: string; dotRunops: string } {
  const folder = mkdtempSync(join(tmpdir(), 'runops-project-'));
  const inner = join(folder, 'src/deep');
  const dotRunops = join(folder, '.runops');
  mkdirSync(inner, { recursive: true });
  mkdirSync(dotRunops);
  if (content !== undefined)
    writeFileSync(join(dotRunops, 'server.json'), JSON.stringify(content), { mode: 0o600 });
  return { inner, dotRunops };
}

describe.each(runtimes())('the server that runops talks to, with $name', ({ node }) => {
  const list = (options: { env?: Record<string, string>; cwd?: string }) =>
    runRunops(runops, ['tasks', 'list'], { node, ...options });

  it('is that of the environment', async () => {
    await using api = await fakeUserApi(tasks);
    expect(
      (await list({ env: { RUNOPS_API_URL: `${api.url}/`, RUNOPS_TOKEN: `Bearer ${token}\n` } })).code,
    ).toBe(0);
    expect(api.received[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      accept: 'application/json',
    });
  });

  it('is found in a directory above', async () => {
    await using api = await fakeUserApi(tasks);
    const { inner } = projectFolder({ url: api.url, token: 'local-token' });
    expect((await list({ cwd: inner })).code).toBe(0);
    expect(api.received[0]?.headers.authorization).toBe('Bearer local-token');
  });

  it('is found in RUNOPS_HOME', async () => {
    await using api = await fakeUserApi(tasks);
    const { dotRunops } = projectFolder({ url: api.url, token: 'local-token' });
    expect((await list({ env: { RUNOPS_HOME: dotRunops } })).code).toBe(0);
    expect((await list({ env: { RUNOPS_HOME: join(dotRunops, '..') } })).code).toBe(0);
  });

  it('is asked for in a way that says what to do', async () => {
    const { code, stderr } = await list({ cwd: mkdtempSync(join(tmpdir(), 'runops-empty-')) });
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
    expect(stderr).toContain('RUNOPS_API_URL=');
    expect(stderr).toContain('RUNOPS_TOKEN=');
  });

  it('is never mixed from the environment and a file', async () => {
    const { inner } = projectFolder({ url: 'http://127.0.0.1:9', token: 'local-token' });
    for (const env of [{ RUNOPS_API_URL: 'http://127.0.0.1:9' }, { RUNOPS_TOKEN: token }]) {
      const { code, stderr } = await list({ cwd: inner, env });
      expect(code).toBe(1);
      expect(stderr).toContain('Set both, or neither.');
      expect(stderr).not.toContain(token);
    }
  });

  it.runIf(process.getuid?.() === 0)(
    'is not taken from the file of another user unless it is named',
    async () => {
      await using api = await fakeUserApi(tasks);
      const { inner, dotRunops } = projectFolder({ url: api.url, token: 'local-token' });
      chownSync(join(dotRunops, 'server.json'), 12345, 12345);
      const refused = await list({ cwd: inner });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('belongs to another user');
      expect(api.received).toEqual([]);
      expect((await list({ cwd: inner, env: { RUNOPS_HOME: dotRunops } })).code).toBe(0);
    },
  );

  it('is refused when its file or address is broken', async () => {
    expect((await list({ cwd: projectFolder({ url: 1 }).inner })).stderr).toContain('cannot be read');
    for (const url of [
      'ftp://example.com',
      'example',
      'https://me:secret@example.com',
      'https://example.com/?a',
    ]) {
      const { code, stderr } = await list({ env: { RUNOPS_API_URL: url, RUNOPS_TOKEN: token } });
      expect(code).toBe(1);
      expect(stderr).toContain('RUNOPS_API_URL does not hold the address of a server');
      expect(stderr).not.toContain('secret');
    }
  });

  it('never has a broken token printed', async () => {
    const { code, stderr } = await list({
      env: { RUNOPS_API_URL: 'http://localhost', RUNOPS_TOKEN: 'se7en\neigh7' },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('RUNOPS_TOKEN');
    expect(stderr).not.toMatch(/se7en|eigh7/);
  });
});

describe.each(runtimes())('an answer that is no success, with $name', ({ node }) => {
  const list = (url: string) => runRunops(runops, ['tasks', 'list'], { node, env: serverEnv(url) });

  it("is shown in the server's own words", async () => {
    await using api = await fakeUserApi({
      'GET /v1/tasks': { status: 400, body: { message: 'limit: too high' } },
    });
    expect(await list(api.url)).toEqual({ code: 1, stdout: '', stderr: 'runops: limit: too high\n' });
  });

  it('is named by its status when there are no words', async () => {
    await using api = await fakeUserApi({ 'GET /v1/tasks': { status: 502, text: '<html>' } });
    expect((await list(api.url)).stderr).toContain('answered 502 to GET /v1/tasks');
  });

  it('says how to set the token when it is 401', async () => {
    await using api = await fakeUserApi({ 'GET /v1/tasks': { status: 401, body: { message: 'expired.' } } });
    const { code, stderr } = await list(api.url);
    expect(code).toBe(1);
    expect(stderr).toContain('(401: expired.) Set RUNOPS_TOKEN');
    expect(stderr).not.toContain(token);
  });

  it('says so when it is not JSON', async () => {
    await using api = await fakeUserApi({ 'GET /v1/tasks': { text: '<html>hello</html>' } });
    expect((await list(api.url)).stderr).toContain('not JSON');
  });

  it('says so when it is not what a Runops server answers', async () => {
    await using api = await fakeUserApi({ 'GET /v1/tasks': { body: { hello: 1 } } });
    expect((await list(api.url)).stderr).toContain('not a list of tasks');
  });

  it('says which server is not reachable and what to do', async () => {
    const url = await deadAddress();
    const { code, stderr } = await list(url);
    expect(code).toBe(1);
    expect(stderr).toContain(`The server at ${url} cannot be reached (connection refused)`);
    expect(stderr).toContain('Check RUNOPS_API_URL');
    const { inner } = projectFolder({ url, token });
    expect((await runRunops(runops, ['tasks', 'list'], { node, cwd: inner })).stderr).toContain('npm start');
  });

  it('is not followed to another host when it is a redirect', async () => {
    await using other = await fakeUserApi(tasks);
    const headers = { location: `${other.url}/v1/tasks` };
    await using api = await fakeUserApi({ 'GET /v1/tasks': { status: 307, headers } });
    const { code, stderr } = await list(api.url);
    expect(code).toBe(1);
    expect(stderr).toContain('redirects GET /v1/tasks');
    expect(other.received).toEqual([]);
  });
});

/** An address where nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There was no port.');
  return `http://127.0.0.1:${address.port}`;
}
