import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import { runInRunner } from './run-in-runner.ts';

const elixirMissing = findMissing();
if (elixirMissing) console.warn(`Tests of elixir are left out. ${elixirMissing}`);

const password = 'pass-word-of-9';

describe.skipIf(elixirMissing)('elixir', () => {
  const elixir = (script: string, more = {}) =>
    runInRunner({ type: 'elixir', script }, { APP_PASSWORD: password }, more);

  it('runs a script with quotes, line breaks and Unicode', async () => {
    const quoted = `IO.puts ~S[it's "$(id)" \`id\` {{ .x }}]`;
    const ran = await elixir(`name = "Zoë 🐘"\n${quoted}\nIO.puts(name)\nIO.puts(:stderr, "oops")\n`);
    expect(ran).toMatchObject({ exitCode: 0, reason: 'exited', stderr: 'oops\n' });
    expect(ran.stdout).toBe('it\'s "$(id)" `id` {{ .x }}\nZoë 🐘\n');
  });

  it('fails with the exception and its stack', async () => {
    const ran = await elixir('IO.puts "before"\nraise "boom"');
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'before\n' });
    expect(ran.stderr).toMatch(/\*\* \(RuntimeError\) boom\n.*script\.exs:2/);
  });

  it('has the exit code of the script', async () => {
    expect(await elixir('System.halt(42)')).toMatchObject({ exitCode: 42, stdout: '' });
  });

  it('says what does not compile', async () => {
    const ran = await elixir('IO.puts(');
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('script.exs');
  });

  it('gives the secret to the script, and masks it', async () => {
    const ran = await elixir('password = System.get_env("APP_PASSWORD")\nIO.puts(password)');
    expect(ran).toMatchObject({ exitCode: 0, stdout: '[SECRET]\n' });
  });

  it('prints 20 MB', async () => {
    const ran = await elixir('line = String.duplicate("x", 99_999)\nfor _ <- 1..200, do: IO.puts(line)');
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.stdout).toHaveLength(20_000_000);
  }, 60_000);

  it('ends when it is killed, with what was printed', async () => {
    const kill = new AbortController();
    const ledger = memoryLedger();
    const written = whenWritten(ledger, /here/);
    const running = elixir('IO.puts "here"\nProcess.sleep(:infinity)', { kill: kill.signal, ledger });
    await written;
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed', stdout: expect.stringMatching(/^here\n/) });
  });
});

function findMissing(): string | undefined {
  try {
    execFileSync('elixir', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'Elixir is missing. On Debian: apt-get install elixir';
  }
}
