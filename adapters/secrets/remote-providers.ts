import type { Clock, Secrets } from '../../core/ports.ts';
import type { AwsAccess } from './aws-access.ts';
import { lazySecrets } from './lazy-secrets.ts';

export interface RemoteOptions {
  /** How they are reached and what they know the agent by. */
  environment: Readonly<Record<string, string | undefined>>;
  access: AwsAccess;
  clock: Clock;
}

/** The providers of secrets that are asked over the network. Their code is loaded when a target names one. */
export function remoteProviders(options: RemoteOptions): Record<string, Secrets> {
  const { environment, access, clock } = options;
  const stores = () => import('./remote-stores.ts');
  // One login for both engines.
  let opened: Promise<import('./vault.ts').Vault> | undefined;
  const vault = () => {
    opened ??= stores().then((code) => code.vault(options));
    return opened;
  };
  return {
    // The first agent's switch.
    ...(environment.AWS_SECRET_MANAGER === 'false'
      ? {}
      : { aws: lazySecrets(async () => (await stores()).awsSecrets(access, clock)) }),
    'hashicorp/kv': lazySecrets(async () => (await stores()).hashicorpKvSecrets(await vault())),
    'hashicorp/db': lazySecrets(async () => (await stores()).hashicorpDbSecrets(await vault())),
    gcp: lazySecrets(async () => (await stores()).gcpSecrets(options)),
    kubernetes: lazySecrets(async () => (await stores()).kubernetesSecrets(options)),
  };
}
