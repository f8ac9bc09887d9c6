import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDirectory } from '../containers/runner/harness.ts';
import {
  type KubernetesCluster,
  kubeconfigOf,
  kubectlMissing,
  startKubernetesCluster,
} from '../support/kubernetes-cluster.ts';
import { runInRunner } from './run-in-runner.ts';

if (kubectlMissing) console.warn(`Tests of kubectl are left out. ${kubectlMissing}`);

describe.skipIf(kubectlMissing)('kubectl', () => {
  let cluster: KubernetesCluster;
  beforeAll(async () => {
    cluster = await startKubernetesCluster({ directory: testDirectory() });
  });
  afterAll(() => cluster.close());

  const encoded = (kubeconfig: string) => Buffer.from(kubeconfig).toString('base64');
  const secret = (changes = {}) => ({ KUBE_CONFIG_DATA: encoded(cluster.kubeconfig), ...changes });
  const kubectl = (script: string, changes = {}) => runInRunner({ type: 'k8s', script }, secret(changes));
  const exec = (script: string, changes = {}, more = {}) =>
    runInRunner({ type: 'k8s-exec', script }, secret(changes), more);
  const manifest = (data: object) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data });

  it('prints what it is asked for', async () => {
    const ran = await kubectl('get pods -n shop -o jsonpath={.items[*].metadata.name}');
    expect(ran).toEqual({ exitCode: 0, reason: 'exited', message: null, stdout: 'web-1', stderr: '' });
  });

  it('takes quoted words and Unicode as they are', async () => {
    const path = `'jsonpath={range .items[*]}{.metadata.annotations.note}{"\\n"}{end}'`;
    expect((await kubectl(`kubectl get pods -o ${path}`)).stdout).toBe('Zoë "🐘"\n');
  });

  it('has its own exit code and complaints', async () => {
    const ran = await kubectl('get configmap nothing');
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('Error from server (NotFound)');
  });

  it.for(['k8s', 'k8s-exec', 'k8s-apply', 'rails-console-k8s'])(
    'of %s says that the credentials are wrong, and asks for no others',
    async (type) => {
      const kubeconfig = cluster.kubeconfig.replace(cluster.token, 'wrong-token-1');
      const scripts = { k8s: 'get pods', 'k8s-exec': 'web-1 id', 'k8s-apply': manifest({}) };
      const script = type in scripts ? scripts[type as keyof typeof scripts] : 'puts 1\nputs 2\n';
      const changes = { KUBE_CONFIG_DATA: encoded(kubeconfig), NAMESPACE: 'shop', DEPLOYMENT: 'web' };
      const ran = await runInRunner({ type, script }, secret(changes));
      expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
      expect(ran.stderr).toMatch(
        /must be logged in|Unauthorized|asked for the client to provide credentials/,
      );
      expect(ran.stderr).not.toContain('wrong-token-1');
    },
  );

  it('asks nobody for a name and a password', async () => {
    const KUBE_CONFIG_DATA = encoded(cluster.kubeconfig.replace(/token: .*/, '{}'));
    for (const ran of [
      await kubectl('get pods', { KUBE_CONFIG_DATA }),
      await exec('one\ntwo\n', { KUBE_CONFIG_DATA, K8S_EXEC_RESOURCE: 'web-1', K8S_EXEC_COMMAND: 'cat' }),
    ]) {
      expect(ran).toMatchObject({ exitCode: 1, reason: 'exited' });
      expect(`${ran.stdout}${ran.stderr}`).not.toContain('one');
    }
  });

  it('says that nobody answers', async () => {
    const nowhere = kubeconfigOf({ server: 'https://127.0.0.1:1', cert: 'none', token: 'x' });
    const ran = await kubectl('get pods', {
      KUBE_CONFIG_DATA: nowhere.replace(/certificate-authority-data.*/, ''),
    });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('127.0.0.1:1');
  });

  it('trusts the authority of the kubeconfig alone', async () => {
    const KUBE_CONFIG_DATA = encoded(cluster.kubeconfig.replace(/certificate-authority-data.*/, ''));
    const ran = await kubectl('get pods', { KUBE_CONFIG_DATA });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain('certificate');
  });

  it('starts no editor and finds no plugin', async () => {
    await runInRunner({ type: 'k8s-apply', script: manifest({ a: 'b' }) }, secret());
    const edited = await kubectl('edit configmap settings');
    expect(edited.exitCode).toBe(1);
    expect(edited.stderr).toContain('"false"');
    expect((await kubectl('frobnicate --now')).stderr).toContain('unknown command "frobnicate"');
  });

  it('never shows the token of the kubeconfig', async () => {
    const ran = await kubectl("config view --raw -o 'jsonpath={.users[0].user.token}'");
    expect(ran).toMatchObject({ exitCode: 0, stdout: '[SECRET]' });
    const loud = await kubectl('get pods -v=9');
    expect(loud.exitCode).toBe(0);
    expect(`${loud.stdout}${loud.stderr}`).not.toContain(cluster.token);
  });

  it('prints 20 MB', async () => {
    cluster.log = 'a line of a log that nobody reads\n'.repeat(600_000);
    const ran = await kubectl('logs web-1 -c app');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout === cluster.log).toBe(true);
  }, 60_000);

  it('ends when it is killed', async () => {
    const kill = new AbortController();
    const connected = once(cluster.server, 'request');
    const running = runInRunner({ type: 'k8s', script: 'get pods --watch' }, secret(), { kill: kill.signal });
    await connected;
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed' });
  });

  it('applies a manifest, and applies it again', async () => {
    const data = { quote: `it's "$(id)" \`id\` {{ .x }}`, lines: 'one\ntwo\n', name: 'Zoë 🐘' };
    const apply = (script: string) => runInRunner({ type: 'k8s-apply', script }, secret());
    expect((await apply(manifest(data))).stdout).toMatch(/^configmap\/settings (created|configured)\n$/);
    expect(cluster.configMaps.get('shop/settings')?.data).toMatchObject(data);
    const again = await apply(manifest({ ...data, name: 'Ana' }));
    expect(again).toMatchObject({ exitCode: 0, stdout: 'configmap/settings configured\n', stderr: '' });
    expect(cluster.configMaps.get('shop/settings')?.data).toMatchObject({ name: 'Ana' });
  });

  const manifests = (count: number, text: string) =>
    Array.from({ length: count }, (_, n) => manifest({ text }).replace('"settings"', `"settings-${n}"`)).join(
      '\n---\n',
    );

  it('applies a manifest of 20 MB', async () => {
    cluster.configMaps.clear();
    const text = 'x'.repeat(200_000);
    const ran = await runInRunner({ type: 'k8s-apply', script: manifests(100, text) }, secret());
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout.match(/^configmap\/settings-\d+ created$/gm)).toHaveLength(100);
    expect(cluster.configMaps.get('shop/settings-99')?.data).toEqual({ text });
  }, 60_000);

  it('applies no more of a manifest when it is killed', async () => {
    cluster.configMaps.clear();
    const kill = new AbortController();
    const script = manifests(2000, 'few');
    const running = runInRunner({ type: 'k8s-apply', script }, secret(), { kill: kill.signal });
    await expect.poll(() => cluster.configMaps.size).toBeGreaterThan(0);
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed' });
    expect(cluster.configMaps.size).toBeLessThan(2000);
  });

  it('says what is wrong with a manifest', async () => {
    const ran = await runInRunner({ type: 'k8s-apply', script: 'kind: [' }, secret());
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('error parsing');
  });

  it('runs a command in a pod, with both streams and its exit code', async () => {
    const ran = await exec(`deploy/web -- sh -c 'echo "a  b" Zoë; echo oops >&2; exit 7'`, {
      K8S_EXEC_CONTAINER: 'app',
      NAMESPACE: 'shop',
    });
    expect(ran).toMatchObject({ exitCode: 7, stdout: 'a  b Zoë\n' });
    expect(ran.stderr).toMatch(/^oops\n(.*\n)*command terminated with exit code 7\n$/);
  });

  it('gives the script to the command of the secret', async () => {
    const script = `it's "$(id)" \`id\`\n${'a line\n'.repeat(200_000)}--server=x\nZoë 🐘`;
    const ran = await exec(script, { K8S_EXEC_RESOURCE: 'web-1', K8S_EXEC_COMMAND: `sh -c 'cat; exit 3'` });
    expect(ran).toMatchObject({ exitCode: 3, reason: 'exited' });
    expect(ran.stdout === script).toBe(true);
  });

  it('prints 20 MB from a pod', async () => {
    const ran = await exec(`web-1 sh -c 'yes "a line that nobody reads" | head -c 20000000'`);
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.stdout).toHaveLength(20_000_000);
  }, 60_000);

  it('lets go of the pod when it is killed', async () => {
    const kill = new AbortController();
    const started = once(cluster.server, 'upgrade');
    const running = exec('web-1 sleep 600', {}, { kill: kill.signal });
    await started;
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed' });
    const process = cluster.processes.at(-1);
    await expect.poll(() => process?.signalCode).toBe('SIGKILL');
  });

  it('says that there is no such pod, deployment or program', async () => {
    expect(await exec('web-9 id')).toMatchObject({ exitCode: 1, stdout: '' });
    const missing = await runInRunner(
      { type: 'rails-console-k8s', script: 'puts 1' },
      secret({ NAMESPACE: 'shop', DEPLOYMENT: 'api' }),
    );
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain('NotFound');
    expect((await exec('web-1 no-such-program')).stderr).toContain('executable file not found');
  });
});
