import { describe, expect, it } from 'vitest';
import { buildCommand } from '../../../core/integrations/build-command.ts';
import { specOf } from '../../support/spec.ts';

const build = (type: string, script: string, secret: Record<string, string>) =>
  buildCommand(specOf({ type, script }), secret, '/scratch/7').command;

describe('a command of vault', () => {
  const secret = { VAULT_ADDR: 'https://vault.example.com', VAULT_TOKEN: 'hvs.a-token' };
  const vault = (script: string, changes = {}) => build('hashicorp-vault', script, { ...secret, ...changes });

  it('has its arguments from the script, and the token in its environment', () => {
    const argv = ['vault', 'kv', 'put', 'secret/app', 'note=a b', '-'];
    expect(vault(`kv put secret/app 'note=a b' -`)).toEqual({
      argv,
      env: { VAULT_ADDR: 'https://vault.example.com:8200', VAULT_TOKEN: 'hvs.a-token' },
      stdin: null,
      files: [],
    });
    expect(vault(`vault kv put secret/app note="a b" -\n`).argv).toEqual(argv);
  });

  it.for([
    ['https://vault.example.com', '', 'https://vault.example.com:8200'],
    ['https://vault.example.com/', '443', 'https://vault.example.com:443'],
    ['https://vault.example.com:8201', '443', 'https://vault.example.com:8201'],
    ['vault.example.com', '', 'https://vault.example.com:8200'],
    ['http://127.0.0.1:1234/', '', 'http://127.0.0.1:1234'],
    ['http://[::1]', '8300', 'http://[::1]:8300'],
  ])('goes from %s and port "%s" to %s', ([VAULT_ADDR = '', VAULT_PORT = '', address]) => {
    expect(vault('status', { VAULT_ADDR, VAULT_PORT }).env.VAULT_ADDR).toBe(address);
  });

  it('has the namespace and the authority of the secret', () => {
    const VAULT_CACERT = '-----BEGIN CERTIFICATE-----\nx';
    const command = vault('status', { VAULT_NAMESPACE: 'team/a', VAULT_CACERT });
    expect(command.env).toMatchObject({ VAULT_NAMESPACE: 'team/a', VAULT_CACERT: '/scratch/7/ca.crt' });
    expect(command.files).toEqual([{ name: 'ca.crt', content: VAULT_CACERT }]);
  });

  it('needs an address and a token', () => {
    expect(() => vault('status', { VAULT_TOKEN: '' })).toThrow(
      'Vault type requires all the following secrets: VAULT_ADDR, VAULT_TOKEN. Missing or empty: VAULT_TOKEN. Add',
    );
  });

  it.for([
    ...[
      'kv get -address=https://evil x',
      '-address https://evil status',
      'status --address=x',
      "status '-address'",
    ],
    ...['status -agent-address=https://evil'],
  ])('sends its token to no other server: %s', (script) => {
    expect(() => vault(script)).toThrow(
      "would send the target's credentials to a server of the script's choice",
    );
  });

  it('takes values that look like it', () => {
    expect(vault('kv put x address=https://a -- -address=b').argv).toHaveLength(7);
  });

  it('is none of a shell', () => {
    expect(() => vault('kv get x | jq')).toThrow('"| jq" needs a shell. It is one command and its arguments');
    expect(() => vault('kv get a\0b')).toThrow('Argument 3 of the command has a NUL character');
  });
});

describe('a command of heroku', () => {
  const secret = {
    HEROKU_API_KEY: 'key-1',
    HEROKU_APP: 'shop',
    HEROKU_EXEC_COMMAND: `rails runner 'x' | wc`,
  };
  const taskOf = (changes = {}) => {
    const [, task] = build('heroku', '', { ...secret, ...changes }).files;
    return JSON.parse(String(task?.content));
  };

  it('is a client of ours, with the key in a file and the script as its input', () => {
    const script = '$(id)\n\0';
    const command = build('heroku', script, secret);
    expect(command).toMatchObject({
      argv: ['node', '/scratch/7/client.cjs', '/scratch/7/task.json'],
      env: {},
      stdin: script,
    });
    expect(taskOf().key).toBe('key-1');
  });

  it('has the app and the command line of the secret, for the shell of the dyno', () => {
    const [app, command] = ['shop', `rails runner 'x' | wc`];
    expect(taskOf()).toEqual({ key: 'key-1', api: 'https://api.heroku.com', app, command });
    const changes = { HEROKU_DYNO_SIZE: 'standard-2x', HEROKU_PROCESS_TYPE: 'console' };
    expect(taskOf(changes)).toMatchObject({ size: 'standard-2x', type: 'console' });
    expect(taskOf({ HEROKU_HOST: 'https://api.example.com/' }).api).toBe('https://api.example.com');
  });

  it('needs a key, an app and a command', () => {
    expect(() => build('heroku', '', {})).toThrow(
      'Heroku type requires all the following secrets: HEROKU_API_KEY, HEROKU_APP, HEROKU_EXEC_COMMAND. Missing',
    );
  });
});

describe('a command of elixir', () => {
  it('is a file, with the secret in its environment', () => {
    expect(build('elixir', 'IO.puts 1 \0 $(id)', { A: 'b' })).toMatchObject({
      argv: ['elixir', '/scratch/7/script.exs'],
      env: { A: 'b', RUNOPS_TASK_ID: '7' },
      stdin: null,
      files: [{ name: 'script.exs', content: 'IO.puts 1 \0 $(id)' }],
    });
  });
});

describe('a command of rails', () => {
  it('is that of the application in /rails, or where RAILS_ROOT says', () => {
    expect(build('rails', 'rails db:rollback STEP=2', { A: 'b' })).toMatchObject({
      argv: ['/rails/bin/rails', 'db:rollback', 'STEP=2'],
      env: { A: 'b' },
      workingDirectory: '/rails',
      stdin: null,
      files: [],
    });
    expect(build('rails', 'about', { RAILS_ROOT: '/srv/app//' })).toMatchObject({
      argv: ['/srv/app/bin/rails', 'about'],
      workingDirectory: '/srv/app',
    });
  });

  it('needs an absolute root', () => {
    expect(() => build('rails', 'about', { RAILS_ROOT: 'app' })).toThrow(
      'RAILS_ROOT is "app"; it must be an absolute path, such as /rails.',
    );
  });

  it('of a console is its runner, with the script in a file', () => {
    const script = 'puts `id`\n\0';
    expect(build('rails-console', script, {})).toMatchObject({
      argv: ['/rails/bin/rails', 'runner', '/scratch/7/script.rb'],
      files: [{ name: 'script.rb', content: script }],
      stdin: null,
    });
  });

  it('is none of a shell', () => {
    expect(() => build('rails', 'routes | grep x', {})).toThrow('"| grep x" needs a shell');
    expect(() => build('rails', ' rails ', {})).toThrow('The script cannot be used: it is empty');
  });
});
