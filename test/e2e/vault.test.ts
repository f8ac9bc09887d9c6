import { expect, it } from 'vitest';
import { startFakeVault } from '../support/fake-vault.ts';
import { startAgentProcess } from './agent-process.ts';
import { startTestServer } from './test-server.ts';

it('the agent lets a runner reach Vault, and its command sees the secret only', async () => {
  const [server, vault] = await Promise.all([startTestServer(), startFakeVault()]);
  vault.secrets['kv/app'] = { data: { APP_KEY: 'planted-value' } };
  const agent = startAgentProcess(server, {
    VAULT_ADDR: vault.url,
    VAULT_AUTH_METHOD: 'approle',
    VAULT_ROLE_ID: 'role-of-the-agent',
    VAULT_SECRET_ID: 'planted-secret-id',
  });
  try {
    const target = { name: 'app', type: 'bash', secret_provider: 'hashicorp/kv', secret_path: 'kv/app' };
    await server.api.createTarget(server.userToken, target);
    const id = await server.api.createTask(server.userToken, 'app', 'printf "%s" "$APP_KEY" | wc -c; env');
    expect(await server.api.until(server.userToken, id, ['success', 'failure'])).toMatchObject({
      status: 'success',
    });

    const log = await server.api.log(server.userToken, id);
    expect(log).toMatch(/^13\n/);
    expect(log).not.toMatch(/VAULT_|role-of-the-agent|planted/);
    await expect.poll(() => vault.revoked).toEqual(['token']);
  } finally {
    agent.child.kill('SIGTERM');
    await agent.exited;
    await Promise.all([server.close(), vault.close()]);
  }
});
