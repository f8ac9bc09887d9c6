import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { testDirectory } from '../containers/runner/harness.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import {
  type KubernetesCluster,
  kubectlMissing,
  startKubernetesCluster,
} from '../support/kubernetes-cluster.ts';
import { createRailsApp, railsMissing } from '../support/rails-app.ts';
import { runInRunner } from './run-in-runner.ts';

if (railsMissing) console.warn(`Tests of Rails are left out. ${railsMissing}`);
if (!railsMissing && kubectlMissing)
  console.warn(`Tests of rails-console-k8s are left out. ${kubectlMissing}`);

const password = 'pass-word-of-9';

describe.skipIf(railsMissing)('an application', () => {
  const root = join(testDirectory(), 'app');
  beforeAll(() => createRailsApp(root));

  const secret = { RAILS_ROOT: root, APP_PASSWORD: password };
  const rails = (script: string, changes = {}) =>
    runInRunner({ type: 'rails', script }, { ...secret, ...changes });
  const ruby = (script: string, more = {}) => runInRunner({ type: 'rails-console', script }, secret, more);

  it('runs a command of rails', async () => {
    const ran = await rails(`rails runner 'puts "it is #{Order.sum(:cents)}", ARGV.inspect' "a  b" -x`);
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'it is 6000\n["a  b", "-x"]\n', stderr: '' });
    expect((await rails('no:such:task')).exitCode).not.toBe(0);
  });

  it('says where it is looked for', async () => {
    const ran = await rails('about', { RAILS_ROOT: '/nowhere' });
    expect(ran).toMatchObject({ reason: 'rejected', stdout: '' });
    expect(ran.message).toContain('/nowhere/bin/rails');
  });

  const consoles = kubectlMissing ? ['rails-console'] : ['rails-console', 'rails-console-k8s'];
  describe.each(consoles)('by %s', (type) => {
    let cluster: KubernetesCluster;
    beforeAll(async () => {
      cluster = await startKubernetesCluster({ directory: root });
    });
    afterAll(() => cluster.close());

    const where = () => ({
      ...{ KUBE_CONFIG_DATA: cluster.kubeconfig, NAMESPACE: 'shop', DEPLOYMENT: 'web' },
      K8S_EXEC_CONTAINER: 'app',
    });
    const console = (script: string, more = {}) =>
      runInRunner({ type, script }, type === 'rails-console' ? secret : where(), more);

    it('answers a query of ActiveRecord', async () => {
      const ran = await console('puts Order.order(:id).pluck(:customer).to_json');
      expect(ran).toMatchObject({ exitCode: 0, reason: 'exited', stderr: '' });
      expect(ran.stdout).toBe('["ação 1","ação 2","ação 3"]\n');
    });

    it('takes quotes, line breaks and what a shell would run as they are', async () => {
      const script = `text = <<~'END'\n  it's "$(id)" \`id\` \\n ü 🐘 {{ .x }}\nEND\nputs text\n`;
      expect((await console(script)).stdout).toBe(`it's "$(id)" \`id\` \\n ü 🐘 {{ .x }}\n`);
    });

    it('fails with the exception and its backtrace, after what was printed', async () => {
      const ran = await console('puts "before"\ndef fall = raise("boom")\nfall\n');
      expect(ran).toMatchObject({ exitCode: 1, stdout: 'before\n' });
      expect(ran.stderr).toMatch(/:2:in `fall': boom \(RuntimeError\)/);
      expect(ran.stderr).toMatch(/:3:in `<main>'/);
    });

    it('has the exit code of the script', async () => {
      expect(await console('warn "oops"; exit 42')).toMatchObject({ exitCode: 42, stdout: '' });
    });

    it('prints 20 MB', async () => {
      const ran = await console('200.times { puts "x" * 99_999 }');
      expect(ran).toMatchObject({ exitCode: 0 });
      expect(ran.stdout).toHaveLength(20_000_000);
    }, 60_000);

    it('runs a long script', async () => {
      const ran = await console(`${'# a comment that nobody reads\n'.repeat(100_000)}puts 1\n`);
      expect(ran).toMatchObject({ exitCode: 0, stdout: '1\n' });
    }, 60_000);

    it('ends when it is killed, with what was printed', async () => {
      const kill = new AbortController();
      const ledger = memoryLedger();
      const written = whenWritten(ledger, /here/);
      const running = console('$stdout.sync = true; puts "here"; sleep', { kill: kill.signal, ledger });
      await written;
      kill.abort();
      expect(await running).toMatchObject({ reason: 'killed', stdout: 'here\n' });
    });
  });

  it('gives the secret to the script, and masks it', async () => {
    const ran = await ruby('puts ENV["APP_PASSWORD"], ENV["APP_PASSWORD"].length');
    expect(ran).toMatchObject({ exitCode: 0, stdout: `[SECRET]\n${password.length}\n` });
  });
});
