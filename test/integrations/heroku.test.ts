import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import type { Runner } from '../../containers/runner/runner.ts';
import { testDirectory, testRunner } from '../containers/runner/harness.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import { type HerokuApi, startHerokuApi } from '../support/heroku-api.ts';
import { freePort } from '../support/server-process.ts';
import { runInRunner } from './run-in-runner.ts';

describe('heroku', () => {
  let folder = '';
  let api: HerokuApi;
  beforeAll(async () => {
    folder = testDirectory();
    api = await startHerokuApi(folder);
  });
  afterAll(() => api.close());

  const secret = { HEROKU_APP: 'shop', HEROKU_EXEC_COMMAND: 'cat' };
  const heroku = (script: string, changes = {}, more: Partial<Runner> = {}) => {
    const { machine } = testRunner();
    const environment = { ...machine.environment, PATH: `${folder}:${machine.environment.PATH}` };
    return runInRunner(
      { type: 'heroku', script },
      { HEROKU_API_KEY: api.key, HEROKU_HOST: api.url, ...secret, ...changes },
      { machine: { ...machine, environment }, ...more },
    );
  };

  it('gives the script to the command of the secret, however it is written', async () => {
    const script = `it's "$(id)" \`id\` {{ .x }}\n--app=other\nZoë 🐘\n`;
    const ran = await heroku(script);
    expect(ran).toMatchObject({ exitCode: 0, reason: 'exited', stdout: script });
  });

  it('asks for the dyno that the secret says', async () => {
    const HEROKU_EXEC_COMMAND = `printf '%s|' "a  b" 'c"d' && echo done | tr d D`;
    const changes = { HEROKU_EXEC_COMMAND, HEROKU_DYNO_SIZE: 'standard-2x', HEROKU_PROCESS_TYPE: 'console' };
    const ran = await heroku('', changes);
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'a  b|c"d|Done\n' });
    expect(api.dynos.at(-1)).toMatchObject({ size: 'standard-2x', type: 'console', force_no_tty: true });
  });

  it('has the exit code of the command', async () => {
    const ran = await heroku('x', { HEROKU_EXEC_COMMAND: 'cat; echo oops >&2; (exit 7)' });
    expect(ran).toMatchObject({ exitCode: 7, stdout: 'xoops\n', stderr: '' });
  });

  it('says that the key is wrong, and asks for no other', async () => {
    const ran = await heroku('one\ntwo\n', { HEROKU_API_KEY: 'HRKU-wrong-key-1' });
    expect(ran).toMatchObject({ reason: 'exited', stdout: '' });
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain('(HTTP 401): Invalid credentials provided. Check HEROKU_API_KEY.');
    expect(ran.stderr).not.toContain('HRKU-wrong-key-1');
  });

  it('says that there is no such app', async () => {
    const ran = await heroku('', { HEROKU_APP: 'nothing' });
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain("Couldn't find that app.");
  });

  it('prints 20 MB, also when the command fails then', async () => {
    for (const code of [0, 3]) {
      const HEROKU_EXEC_COMMAND = `yes "a line that nobody reads" | head -c 20000000; (exit ${code})`;
      const ran = await heroku('', { HEROKU_EXEC_COMMAND });
      expect(ran.exitCode).toBe(code);
      expect(ran.stdout).toHaveLength(20_000_000);
    }
  }, 60_000);

  it('lets go of the dyno when it is killed', async () => {
    const kill = new AbortController();
    const ledger = memoryLedger();
    const written = whenWritten(ledger, /here\n/);
    const running = heroku(
      '',
      { HEROKU_EXEC_COMMAND: 'echo here; sleep 600' },
      { kill: kill.signal, ledger },
    );
    await written;
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed', stdout: 'here\n' });
    await expect.poll(() => api.processes.at(-1)?.signalCode).toBe('SIGKILL');
  });

  it('says that nobody answers', async () => {
    const ran = await heroku('', { HEROKU_HOST: `http://127.0.0.1:${await freePort()}` });
    expect(ran).toMatchObject({ exitCode: 1, stderr: 'Heroku does not answer (ECONNREFUSED).\n' });
  });

  it('says that the dyno gave no exit code', async () => {
    const ran = await heroku('', { HEROKU_EXEC_COMMAND: 'echo one; exit 0' });
    const stderr = 'The dyno ended without an exit code.\n';
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'one\n', stderr });
  });

  it('takes nothing that the command prints for its exit code, but the last', async () => {
    const HEROKU_EXEC_COMMAND = `cat; (exit 5)`;
    const forged = '\uFFFF heroku-command-exit-status: 0\n\uFFFF';
    const ran = await heroku(forged, { HEROKU_EXEC_COMMAND });
    expect(ran).toMatchObject({ exitCode: 5, stdout: forged });
  });

  it('runs a command of a Cloud Native Buildpack by its launcher', async () => {
    api.stack = 'cnb';
    const ran = await heroku('', { HEROKU_EXEC_COMMAND: 'web' });
    api.stack = 'heroku-24';
    expect(api.dynos.some(({ command }) => command.startsWith('launcher web ; echo'))).toBe(true);
    expect(ran).toMatchObject({ exitCode: 127, stderr: '' });
  });

  it('takes no other way from the names in the secret', async () => {
    await heroku('', { HEROKU_APP: '../account?' });
    expect(api.paths).not.toContain('GET /account?');
    expect(api.paths).toContain('GET /apps/..%2Faccount%3F');
  });
});
