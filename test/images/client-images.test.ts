import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testDirectory } from '../containers/runner/harness.ts';
import { startHerokuApi } from '../support/heroku-api.ts';
import { startKubernetesCluster } from '../support/kubernetes-cluster.ts';
import { createRailsApp, railsMissing } from '../support/rails-app.ts';
import { startVault, vaultMissing } from '../support/vault.ts';
import { buildFamilyImages, dockerMissing } from './docker.ts';
import { execute, withoutInit } from './execution.ts';

if (railsMissing) console.warn(`The test of the image rails is left out. ${railsMissing}`);
if (vaultMissing) console.warn(`The test of the image vault is left out. ${vaultMissing}`);

const families: Record<string, string> = {
  ...{ k8s: 'kubernetes', 'k8s-exec': 'kubernetes', 'hashicorp-vault': 'vault', heroku: 'heroku' },
  ...{ elixir: 'elixir', rails: 'rails', 'rails-console': 'rails' },
};

describe.skipIf(dockerMissing)('in its image', { timeout: 120_000 }, () => {
  let images: Record<string, string> = {};
  beforeAll(async () => {
    images = await buildFamilyImages(...new Set(Object.values(families)));
  }, 900_000);

  /** The command, with the network of this machine, where its server is. */
  const run = (type: string, script: string, secret: Record<string, string>, options?: string[]) =>
    execute(
      images[families[type] ?? ''] ?? '',
      { type, script, secret: { provider: 'runops', path: null, config: JSON.stringify(secret) } },
      { network: 'host', ...(options && { options: [...withoutInit, '--init', ...options] }) },
    );

  it('kubectl asks a server of its API, and reaches into a pod', async () => {
    const cluster = await startKubernetesCluster({ directory: testDirectory() });
    onTestFinished(() => cluster.close());
    const secret = { KUBE_CONFIG_DATA: Buffer.from(cluster.kubeconfig).toString('base64') };
    expect(await run('k8s', 'get pods -o name', secret)).toMatchObject({ stdout: 'pod/web-1\n', stderr: '' });
    const { result, stdout } = await run('k8s-exec', `web-1 sh -c 'echo here; exit 7'`, secret);
    expect({ ...result, stdout }).toMatchObject({ exitCode: 7, stdout: 'here\n' });
  });

  it.skipIf(vaultMissing)('vault asks a real server', async () => {
    const server = await startVault();
    onTestFinished(() => server.stop());
    const secret = { VAULT_ADDR: server.address, VAULT_TOKEN: server.token };
    const { result, stdout, stderr } = await run(
      'hashicorp-vault',
      'kv put -field=version secret/a b=c',
      secret,
    );
    expect({ ...result, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: '1', stderr: '' });
  });

  it('the client of Heroku says who refuses it', async () => {
    const api = await startHerokuApi(testDirectory());
    onTestFinished(() => api.close());
    const secret = { HEROKU_API_KEY: 'no-such-key', HEROKU_HOST: api.url, HEROKU_APP: 'shop' };
    const { result, stderr } = await run('heroku', '', { ...secret, HEROKU_EXEC_COMMAND: 'true' });
    expect(result.exitCode).toBe(1);
    expect(stderr).toContain('HTTP 401');
  });

  it('Elixir runs a script', async () => {
    const { result, stdout, stderr } = await run('elixir', 'IO.puts("it is #{6 * 7} é")', {});
    expect({ ...result, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: 'it is 42 é\n', stderr: '' });
  });

  it.skipIf(railsMissing)('Rails asks the database of the application', async () => {
    const root = join(testDirectory(), 'app');
    createRailsApp(root);
    const mounted = [`--volume=${root}:/rails`];
    const { result, stdout } = await run('rails-console', 'puts Order.sum(:cents)', {}, mounted);
    expect({ ...result, stdout }).toMatchObject({ exitCode: 0, stdout: '6000\n' });
    const about = await run('rails', "runner 'puts Rails.version'", {}, mounted);
    expect(about.stdout).toMatch(/^6\.1\./);
  });
});
