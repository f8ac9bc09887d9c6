import { describe, expect, it } from 'vitest';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import { runTask } from '../support/run-command.ts';
import { runInRunner } from './run-in-runner.ts';

const HOSTILE = `a'b"c $(touch x) \`id\` \\ --help;|&\n\ttwo lines é🐘`;

describe('bash', () => {
  it('gives the script its secret and its task as environment', async () => {
    const script = 'printf "%s|" "$API_VALUE" "$RUNOPS_TASK_ID" "$RUNOPS_TASK_TARGET" "$RUNOPS_USER_GROUPS"';
    const ran = await runTask({ script }, { API_VALUE: HOSTILE });
    expect(ran).toEqual({ exitCode: 0, stdout: `${HOSTILE}|7|shop|dba,sre|`, stderr: '' });
  });

  it('gives a command inside the script an empty standard input, not the rest of the script', async () => {
    const ran = await runTask({ script: 'echo one\ncat\nread line\necho "two:$line"\n' });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'one\ntwo:\n' });
  });

  it('returns the exit code, and both streams apart', async () => {
    const ran = await runTask({ script: 'echo out; echo err >&2; exit 42' });
    expect(ran).toEqual({ exitCode: 42, stdout: 'out\n', stderr: 'err\n' });
  });

  it('leaves braces alone', async () => {
    const ran = await runTask(
      { script: 'echo "{{ .Values.image }} {{SECRET}}"' },
      { SECRET: 'hidden-value' },
    );
    expect(ran.stdout).toBe('{{ .Values.image }} {{SECRET}}\n');
  });
});

describe('python', () => {
  it('gives the script its secret as environment', async () => {
    const script = 'import os, sys\nsys.stdout.write(os.environ["API_VALUE"])\nsys.exit(3)';
    expect(await runTask({ type: 'python', script }, { API_VALUE: HOSTILE })).toEqual({
      exitCode: 3,
      stdout: HOSTILE,
      stderr: '',
    });
  });

  it('has no input to read', async () => {
    const ran = await runTask({ type: 'python', script: 'import sys\nprint(repr(sys.stdin.read()))' });
    expect(ran.stdout).toBe("''\n");
  });
});

describe('node', () => {
  it('runs a CommonJS script', async () => {
    const script =
      "const { basename } = require('node:path'); process.stdout.write(process.env.API_VALUE + basename('/a/b'))";
    expect(await runTask({ type: 'node', script }, { API_VALUE: HOSTILE })).toEqual({
      exitCode: 0,
      stdout: `${HOSTILE}b`,
      stderr: '',
    });
  });

  it('runs an ES module, with await at the top and without a warning', async () => {
    const script =
      "import { basename } from 'node:path'; console.log(await Promise.resolve(basename('/a/b')))";
    expect(await runTask({ type: 'node', script })).toEqual({ exitCode: 0, stdout: 'b\n', stderr: '' });
  });
});

const inEach = {
  bash: {
    unicode: `name='Zoë "🐘"'\nprintf '%s\\n' "$name \`echo x\` {{ .x }}"`,
    print20Mb: `line=$(head -c 99999 /dev/zero | tr '\\0' x); for i in {1..200}; do echo "$line"; done`,
    fail: 'echo oops >&2; exit 42',
    wait: 'echo here; sleep 600',
  },
  python: {
    unicode: `name = 'Zoë "🐘"'\nprint(name + ''' x {{ .x }}''')`,
    print20Mb: `for i in range(200): print('x' * 99999)`,
    fail: `import sys\nprint('oops', file=sys.stderr)\nsys.exit(42)`,
    wait: `import time\nprint('here', flush=True)\ntime.sleep(600)`,
  },
  node: {
    unicode: `const name = 'Zoë "🐘"';\nconsole.log(name + \` x {{ .x }}\`)`,
    print20Mb: `for (let i = 0; i < 200; i++) console.log('x'.repeat(99999))`,
    fail: `console.error('oops'); process.exit(42)`,
    wait: `console.log('here'); setInterval(() => {}, 1000)`,
  },
};

describe.for(Object.entries(inEach))('%s in the runner', ([type, scripts]) => {
  const secret = { API_TOKEN: 'token-of-9-lives' };
  const run = (script: string, more = {}) => runInRunner({ type, script }, secret, more);

  it('takes quotes, line breaks and Unicode as they are', async () => {
    const stdout = 'Zoë "🐘" x {{ .x }}\n';
    expect(await run(scripts.unicode)).toMatchObject({ exitCode: 0, reason: 'exited', stdout, stderr: '' });
  });

  it('has the exit code of the script', async () => {
    expect(await run(scripts.fail)).toMatchObject({ exitCode: 42, stdout: '', stderr: 'oops\n' });
  });

  it('prints 20 MB', async () => {
    const ran = await run(scripts.print20Mb);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout === `${'x'.repeat(99_999)}\n`.repeat(200)).toBe(true);
  }, 60_000);

  it('ends when it is killed, with what was printed', async () => {
    const kill = new AbortController();
    const ledger = memoryLedger();
    const written = whenWritten(ledger, /here/);
    const running = run(scripts.wait, { kill: kill.signal, ledger });
    await written;
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed', stdout: 'here\n' });
  });
});

describe.for(['bash', 'python', 'node'])('%s', (type) => {
  it('answers a NUL in the script with a result', async () => {
    const ran = await runTask({ type, script: '\0\0"\0"' });
    expect(ran.exitCode).toBeGreaterThan(0);
    expect(ran.stderr).not.toBe('');
  });

  it('runs a script of 20 MB', async () => {
    const comment = `${type === 'node' ? '//' : '#'} nobody reads this comment\n`;
    const last = { bash: 'echo end', python: 'print("end")', node: 'console.log("end")' }[type];
    const ran = await runTask({ type, script: `${comment.repeat(720_000)}${last}\n` });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'end\n' });
  }, 60_000);
});

describe('a custom command', () => {
  const script = `puts 'é'\n${HOSTILE}`;

  it('gets the script on standard input', async () => {
    expect((await runTask({ customCommand: 'cat -', script })).stdout).toBe(script);
  });

  it('gets the script as one argument where it says so', async () => {
    const ran = await runTask({ customCommand: "printf '<%s>' [[SCRIPT]] '-[[RUNOPS_TASK_ID]]-'", script });
    expect(ran).toEqual({ exitCode: 0, stdout: `<${script}><-7->`, stderr: '' });
  });

  it('gets the script as base64 where the secret says so', async () => {
    const ran = await runTask({ customCommand: 'base64 -d', script }, { SCRIPT_BASE64_ENCODE: 'true' });
    expect(ran.stdout).toBe(script);
  });

  it('has the secret in its environment and not in its arguments', async () => {
    const secret = { API_TOKEN: HOSTILE, APP_FILE: '/srv/app' };
    const ran = await runTask(
      { customCommand: "sh -c 'cat; cat /proc/$$/cmdline' [[APP_FILE]]", script: '' },
      secret,
    );
    expect(ran.stdout).toContain('/srv/app');
    expect(ran.stdout).not.toContain(HOSTILE);
    expect((await runTask({ customCommand: 'printenv API_TOKEN' }, secret)).stdout).toBe(`${HOSTILE}\n`);
  });
});
