import { afterEach, beforeEach, expect, it } from 'vitest';
import { kubernetesSecrets } from '../../../adapters/secrets/kubernetes.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { type FakeKubernetes, startFakeKubernetes } from '../../support/fake-kubernetes.ts';

let cluster: FakeKubernetes;
beforeEach(async () => {
  cluster = await startFakeKubernetes();
  cluster.secrets = {
    'runops/pg': { PG_PASS: 'pässword' },
    'shop/pg': { PG_PASS: 'of the shop' },
    'runops/empty': {},
  };
});
afterEach(() => cluster.close());

function read(path: string | null, changes: Partial<FakeKubernetes> = {}) {
  const { environment, serviceAccount } = { ...cluster, ...changes };
  const secrets = kubernetesSecrets({ environment, serviceAccount, clock: systemClock });
  return secrets.fetch({ type: 'bash', provider: 'kubernetes', path, config: null });
}

it('reads a Secret of its own namespace, and of another one that it may read', async () => {
  expect(await read('pg')).toEqual({ PG_PASS: 'pässword' });
  expect(await read('runops/empty')).toEqual({});
  cluster.readable.push('shop');
  expect(await read('shop/pg')).toEqual({ PG_PASS: 'of the shop' });
});

it.for([
  [
    'none',
    /^Failed to read the Secret of Kubernetes: 'none' does not exist \(404\)\. Correct the secret_path/,
  ],
  ['shop/pg', /'shop\/pg' may not be read \(403\)\. Allow the service account of the agent the verb get/],
  ['a/../b', /'a\/\.\.\/b' is not the name of one/],
  ['runops/..', /is not the name of one/],
  [null, /missing 'secret_path' config at target/],
] as const)('says what is wrong with %s', async ([path, words]) => {
  await expect(read(path)).rejects.toThrow(words);
});

it('says so outside of a cluster, without a service account and with a server of another authority', async () => {
  const outside = { environment: { KUBERNETES_SERVICE_HOST: '', KUBERNETES_SERVICE_PORT: '' } };
  await expect(read('pg', outside)).rejects.toThrow(/does not run in a cluster/);
  await expect(read('pg', { serviceAccount: '/none' })).rejects.toThrow(/no service account \(\/none\//);
  const other = await startFakeKubernetes();
  await expect(read('pg', { environment: other.environment })).rejects.toThrow(
    /could not be read \(\w*(CERT|SIGN)\w*\)/,
  );
  await other.close();
});
