import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runner } from '../../containers/runner/runner.ts';
import { listening } from '../support/listening.ts';
import { freePort } from '../support/server-process.ts';
import { startVault, type VaultServer, vaultMissing } from '../support/vault.ts';
import { runInRunner } from './run-in-runner.ts';

if (vaultMissing) console.warn(`Tests of vault are left out. ${vaultMissing}`);

describe.skipIf(vaultMissing)('vault', () => {
  let server: VaultServer;
  beforeAll(async () => {
    server = await startVault();
  });
  afterAll(() => server.stop());

  const vault = (script: string, changes = {}, more: Partial<Runner> = {}) => {
    const secret = { VAULT_ADDR: server.address, VAULT_TOKEN: server.token, ...changes };
    return runInRunner({ type: 'hashicorp-vault', script }, secret, more);
  };

  it('writes and reads, with quotes, line breaks and Unicode', async () => {
    const value = `it's "$(id)" \`id\` {{ .x }}\nZoë 🐘`;
    const put = await vault(`vault kv put secret/app 'note=${value.replaceAll("'", `'"'"'`)}' plain=x`);
    expect(put).toMatchObject({ exitCode: 0, reason: 'exited', stderr: '' });
    expect((await vault('kv get -field=note secret/app')).stdout).toBe(value);
    expect(JSON.parse((await vault('kv get -format=json secret/app')).stdout).data.data.plain).toBe('x');
  });

  it('has its own exit code and complaints', async () => {
    const ran = await vault('kv get secret/nothing');
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('No value found at secret/data/nothing');
    expect((await vault('frobnicate')).exitCode).toBe(127);
  });

  it('says that the token is wrong', async () => {
    const ran = await vault('kv get secret/app', { VAULT_TOKEN: 'hvs.wrong-token' });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('permission denied');
    expect(ran.stderr).not.toContain('hvs.wrong-token');
  });

  it('says that nobody answers', async () => {
    const ran = await vault('status', { VAULT_ADDR: 'http://127.0.0.1', VAULT_PORT: `${await freePort()}` });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain('connection refused');
  });

  it('takes the port from VAULT_PORT', async () => {
    const { hostname, port } = new URL(server.address);
    const ran = await vault('status -format=json', { VAULT_ADDR: `http://${hostname}/`, VAULT_PORT: port });
    expect(JSON.parse(ran.stdout)).toMatchObject({ initialized: true, sealed: false });
  });

  it('never shows the token', async () => {
    expect((await vault('print token')).stdout).toBe('[SECRET]\n');
    const curl = await vault('kv get -output-curl-string secret/app');
    expect(`${curl.stdout}${curl.stderr}`).not.toContain(server.token);
  });

  it('prints 20 MB', async () => {
    const value = 'a line that nobody reads\n'.repeat(800_000);
    const written = await fetch(`${server.address}/v1/secret/data/big`, {
      method: 'POST',
      headers: { 'x-vault-token': server.token },
      body: JSON.stringify({ data: { value } }),
    });
    expect(written.status).toBe(200);
    const ran = await vault('kv get -field=value secret/big');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout === value).toBe(true);
  }, 60_000);

  it('ends when it is killed', async () => {
    const silent = createServer();
    const { port, close } = await listening(silent);
    const asked = once(silent, 'request');
    const kill = new AbortController();
    const running = vault('status', { VAULT_ADDR: `http://127.0.0.1:${port}` }, { kill: kill.signal });
    await asked;
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed' });
    await close();
  });
});
