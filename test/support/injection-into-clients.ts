import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHerokuApi } from './heroku-api.ts';
import type { InjectionTarget } from './injection-targets.ts';
import { kubectlMissing, startKubernetesCluster } from './kubernetes-cluster.ts';
import { createRailsApp, railsMissing } from './rails-app.ts';
import { startVault, vaultMissing } from './vault.ts';

/** The types whose client program is no database's. */
export const clientTargets: readonly InjectionTarget[] = [
  ...kubectl('k8s', ['script', 'KUBE_CONFIG_DATA']),
  ...kubectl('k8s-apply', ['script', 'KUBE_CONFIG_DATA']),
  ...kubectl('k8s-exec', ['NAMESPACE', 'K8S_EXEC_CONTAINER', 'K8S_EXEC_RESOURCE', 'KUBE_CONFIG_DATA']),
  ...kubectl('k8s-exec', ['script'], { scriptOf: (text) => `web-1 echo ${text}` }),
  ...kubectl('rails-console-k8s', ['NAMESPACE', 'DEPLOYMENT', 'K8S_EXEC_CONTAINER']),
  {
    type: 'hashicorp-vault',
    missing: vaultMissing,
    places: ['script', 'VAULT_ADDR', 'VAULT_TOKEN', 'VAULT_PORT', 'VAULT_NAMESPACE', 'VAULT_CACERT'],
    async start() {
      const { address, token, stop } = await startVault();
      return { secret: { VAULT_ADDR: address, VAULT_TOKEN: token }, stop };
    },
  },
  {
    type: 'heroku',
    missing: undefined,
    // HEROKU_EXEC_COMMAND is for the shell of the dyno.
    places: [
      'script',
      'HEROKU_APP',
      'HEROKU_API_KEY',
      'HEROKU_DYNO_SIZE',
      'HEROKU_PROCESS_TYPE',
      'HEROKU_HOST',
    ],
    async start() {
      const api = await startHerokuApi(mkdtempSync(join(tmpdir(), 'heroku-')));
      const secret = { HEROKU_API_KEY: api.key, HEROKU_HOST: api.url, HEROKU_APP: 'shop' };
      return { secret: { ...secret, HEROKU_EXEC_COMMAND: 'true' }, stop: api.close };
    },
  },
  {
    type: 'rails',
    missing: railsMissing,
    // Code for `runner` is the user's own; as a task's name it is none.
    places: ['script', 'RAILS_ROOT', 'RAILS_ENV', 'APP_PASSWORD'],
    async start() {
      const directory = mkdtempSync(join(tmpdir(), 'rails-'));
      createRailsApp(directory);
      return {
        secret: { RAILS_ROOT: directory },
        stop: async () => rmSync(directory, { recursive: true }),
      };
    },
  },
];

function kubectl(type: string, places: string[], more: Partial<InjectionTarget> = {}): InjectionTarget[] {
  const start = async () => {
    const directory = mkdtempSync(join(tmpdir(), 'pod-'));
    const cluster = await startKubernetesCluster({ directory });
    const place = { NAMESPACE: 'shop', DEPLOYMENT: 'web', K8S_EXEC_CONTAINER: 'app' };
    const secret = { KUBE_CONFIG_DATA: cluster.kubeconfig, ...place };
    // Without them a script is the command.
    const exec = more.scriptOf ? {} : { K8S_EXEC_RESOURCE: 'web-1', K8S_EXEC_COMMAND: 'true' };
    const stop = async () => {
      await cluster.close();
      rmSync(directory, { recursive: true });
    };
    return { secret: { ...secret, ...exec }, stop };
  };
  return [{ type, missing: kubectlMissing, places, start, ...more }];
}
