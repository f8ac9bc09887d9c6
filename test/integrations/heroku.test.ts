import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { findIsolation } from '../../containers/runner/isolation.ts';
import type { Runner } from '../../containers/runner/runner.ts';
import { testDirectory, testRunner } from '../containers/runner/harness.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import { type HerokuApi, herokuMissing, startHerokuApi } from '../support/heroku-api.ts';
import { startProcSampler } from './proc-sampler.ts';
import { runInRunner } from './run-in-runner.ts';

if (herokuMissing) console.warn(`Tests of heroku are left out. ${herokuMissing}`);

describe.skipIf(herokuMissing)('heroku', () => {
  let api: HerokuApi;
  let sampler: ReturnType<typeof startProcSampler>;
  beforeAll(async () => {
    api = await startHerokuApi(testDirectory());
    sampler = startProcSampler([api.key]);
  });
  afterAll(async () => {
    await api.close();
    const { seen, rounds } = await sampler.stop();
    expect(seen).toEqual([]);
    expect(rounds).toBeGreaterThan(10);
  });

  const secret = { HEROKU_APP: 'shop', HEROKU_EXEC_COMMAND: 'cat' };
  const heroku = (script: string, changes = {}, more: Partial<Runner> = {}) => {
    const { machine } = testRunner();
    // The client wants a user that has a name; in the image it is runops.
    const isolation = () => findIsolation({ uid: 1, gid: 1 });
    const environment = { ...machine.environment, PATH: `${api.folder}:${machine.environment.PATH}` };
    return runInRunner(
      { type: 'heroku', script },
      { HEROKU_API_KEY: api.key, ...secret, ...changes },
      { machine: { ...machine, environment, isolation }, ...more },
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
    const ran = await heroku('x', { HEROKU_EXEC_COMMAND: 'cat; echo oops >&2; exit 7' });
    expect(ran).toMatchObject({ exitCode: 7 });
    expect(ran.stdout).toContain('oops\n');
    expect(ran.stderr).toContain('Process exited with code 7');
  });

  it('says that the key is wrong, and asks for no other', async () => {
    const ran = await heroku('one\ntwo\n', { HEROKU_API_KEY: 'HRKU-wrong-key-1' });
    expect(ran).toMatchObject({ reason: 'exited', stdout: '' });
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain('HEROKU_API_KEY is invalid');
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
    const written = whenWritten(ledger, /here/);
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

  it('tells nobody else what it does', async () => {
    api.paths.length = 0;
    await heroku('');
    expect(api.paths.sort()).toEqual(['GET /account', 'GET /apps/shop', 'POST /apps/shop/dynos']);
  });
});
