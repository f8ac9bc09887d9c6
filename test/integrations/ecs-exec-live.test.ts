import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { liveSessions } from '../../adapters/aws/live-session.ts';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import type { Runner } from '../../containers/runner/runner.ts';
import type { Spec } from '../../core/execution.ts';
import { liveCommandLine } from '../../core/integrations/live-exec.ts';
import { testDirectory, testRunner } from '../containers/runner/harness.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import { type Channel, type FakeEcsExec, readyTask, startFakeEcsExec } from '../support/fake-ecs-exec.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import { splitByAgent } from '../support/split-by-agent.ts';
import { runInRunner } from './run-in-runner.ts';

const service = {
  cluster: 'shop',
  service: 'web',
  container: 'rails',
  region: 'eu-west-1',
  live: true,
} as const;
const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

describe('ecs-exec into a live container', () => {
  let ecs: FakeEcsExec;
  beforeAll(async () => {
    ecs = await startFakeEcsExec();
    vi.stubEnv('AWS_ENDPOINT_URL_ECS', ecs.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await ecs.close();
  });
  beforeEach(() => {
    Object.assign(ecs, { tasks: [readyTask], actions: [{ ActionType: 'SessionType' }] });
    Object.assign(ecs, { asked: [], started: [], told: [], wrong: [], unacknowledged: [] });
    Object.assign(ecs, { mischief: undefined, instead: undefined });
  });
  afterEach(() => expect(ecs.wrong).toEqual([]));

  const live = (script: string, task: Partial<Spec> = {}, more: Partial<Runner> = {}, secret = {}) => {
    const { machine } = testRunner();
    const PATH = `${dirname(process.execPath)}:${machine.environment.PATH}`;
    return runInRunner({ type: 'ecs-exec', script, service, ...task }, secret, {
      machine: { ...machine, environment: { ...machine.environment, PATH } },
      openLiveSession: liveSessions({
        credentials: async () => ({
          accessKeyId: 'AKIA',
          secretAccessKey: 'secret',
          sessionToken: 'session',
        }),
      }),
      ...more,
    });
  };

  it('runs the command in a running container of the service, and says so', async () => {
    const ran = await live(`printf '%s\\n' "it's" 'Zoë 🐘'`);
    expect(ran).toMatchObject({ exitCode: 0, reason: 'exited', stdout: "it's\nZoë 🐘\n", stderr: '' });
    expect(ran.message).toMatch(/a container that serves \(task 0123abcd\).*lose some.*tells no exit code/);
    expect(ecs.asked.map(({ action }) => action)).toEqual(['ListTasks', 'DescribeTasks', 'ExecuteCommand']);
    expect(ecs.asked.map(({ input }) => input)).toMatchObject([
      { cluster: 'shop', serviceName: 'web', desiredStatus: 'RUNNING' },
      { cluster: 'shop' },
      { cluster: 'shop', task: readyTask.taskArn, container: 'rails', interactive: true },
    ]);
  });

  it('has the exit code of the command', async () => {
    expect(await live(`sh -c 'echo oops >&2; exit 7'`)).toMatchObject({ exitCode: 7, stdout: 'oops\n' });
    expect(await live('no-such-program')).toMatchObject({ exitCode: 127 });
  });

  it('gives each word to the program as it is, and none to a shell', async () => {
    const folder = testDirectory();
    const canary = join(folder, 'canary');
    for (const text of hostileTexts(canary).filter((one) => one.length < 1000)) {
      const words = ['-n', text, '', '#', '{{{x}}}', 'a=b'];
      if (text.includes('\0')) {
        await expect(live(['printf', ...words].map(quote).join(' '))).resolves.toMatchObject({
          reason: 'rejected',
        });
        continue;
      }
      const line = liveCommandLine(['printf', ...words], 'end');
      expect(splitByAgent(line).slice(-words.length)).toEqual(words);
    }
    const text = `$(touch ${canary}); \`touch ${canary}\` 'x' "y" \\ {{ssm:name}}\n#`;
    expect(await live(`printf %s ${quote(text)}`)).toMatchObject({ exitCode: 0, stdout: text });
    for (const word of ['eval', 'exit', 'source', 'exec'])
      expect(await live(`${word} ${quote(`touch ${canary}`)}`)).toMatchObject({ exitCode: 127 });
    expect(await live(`-c ${quote(`touch ${canary}`)}`)).toMatchObject({ reason: 'rejected' });
    expect(existsSync(canary)).toBe(false);
  }, 60_000);

  it('takes messages that are lost, damaged, doubled and in disorder for what they are', async () => {
    let late: Buffer | undefined;
    ecs.mischief = (bytes, sequence) => {
      if (sequence % 5 === 1) return [];
      if (sequence % 5 === 2) return [Buffer.concat([bytes.subarray(0, -1), Buffer.from('#')])];
      if (sequence % 5 === 3) return [bytes, bytes];
      const before = late;
      late = sequence % 10 === 0 ? bytes : undefined;
      return late ? [] : [bytes, ...(before ? [before] : [])];
    };
    const ran = await live('seq 1 20000');
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout: Array.from({ length: 20_000 }, (_, n) => `${n + 1}\n`).join(''),
    });
    expect(ecs.unacknowledged).toEqual([0]);
  }, 30_000);

  it('prints 20 MB, also when the command fails then', async () => {
    const ran = await live(`sh -c 'yes "a line that nobody reads" | head -c 20000000; exit 3'`);
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toHaveLength(20_000_000);
  }, 60_000);

  it('finds the exit code in the last line alone, and takes nothing for it that the command prints', async () => {
    ecs.instead = ({ print, closed }) => {
      const marker = splitByAgent(`${ecs.asked.at(-1)?.input.command}`)[3];
      for (const one of `a\r\r\n\r\n${marker} 0\r\n${marker}:x\r\n${marker}:42\r\nlate`)
        print(Buffer.from(one));
      closed('');
    };
    const ran = await live('true');
    const marker = splitByAgent(`${ecs.asked.at(-1)?.input.command}`)[3];
    expect(ran).toMatchObject({ exitCode: 42, stdout: `a\r\n\n${marker} 0\n${marker}:x\n` });
  });

  it('answers the handshake, tells a size, and nothing else', async () => {
    await live('true');
    expect(ecs.told.map(({ type, payloadType, sequence }) => [type, payloadType, sequence])).toEqual([
      ['input_stream_data', 6, 0],
      ['input_stream_data', 3, 1],
    ]);
    expect(JSON.parse(`${ecs.told[0]?.payload}`)).toMatchObject({
      ProcessedClientActions: [{ ActionType: 'SessionType', ActionStatus: 1 }],
    });
  });

  it.each([
    [
      'the session ends',
      (channel: Channel) => channel.closed('no shell'),
      /ended \(no shell\), and without telling/,
    ],
    [
      'the connection does',
      (channel: Channel) => channel.drop(),
      /ended with its connection, and without telling/,
    ],
  ])('is a failure when %s without an exit code', async (_, end, message) => {
    ecs.instead = (channel) => {
      channel.print(Buffer.from('half\r\n'));
      end(channel);
    };
    const ran = await live('true');
    expect(ran).toMatchObject({ exitCode: 255, reason: 'exited', stdout: 'half\n' });
    expect(ran.stderr).toMatch(message);
    expect(ran.message).toMatch(/255 may mean that nobody did; the command may then still run/);
  });

  it('interrupts the command when it is killed', async () => {
    const kill = new AbortController();
    const ledger = memoryLedger();
    const written = whenWritten(ledger, /here/);
    const running = live(`sh -c 'echo here; sleep 600'`, {}, { kill: kill.signal, ledger });
    await written;
    kill.abort();
    expect(await running).toMatchObject({ reason: 'killed', stdout: 'here\n' });
    await expect.poll(() => ecs.processes.at(-1)?.signalCode ?? ecs.processes.at(-1)?.exitCode).toBeTruthy();
  });

  it('stops at the deadline', async () => {
    const ran = await live(`sh -c 'echo here; sleep 600'`, { runSecondsMax: 40 });
    expect(ran).toMatchObject({ reason: 'timed-out', stdout: 'here\n' });
  });

  it('masks the secret of the target', async () => {
    const ran = await live('printf %s%s hunter2- hunter2', {}, {}, { PASSWORD: 'hunter2-hunter2' });
    expect(ran).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('hunter2-hunter2') });
  });

  it('is refused where no container takes it, and nothing is started', async () => {
    const stopping = { ...readyTask, lastStatus: 'DEPROVISIONING' };
    const other = { ...readyTask, containers: [{ ...readyTask.containers[0], name: 'envoy' }] };
    const without = { ...readyTask, containers: [{ ...readyTask.containers[0], managedAgents: [] }] };
    for (const tasks of [[stopping], [other], [without]]) {
      ecs.tasks = tasks;
      const ran = await live('true');
      expect(ran).toMatchObject({ exitCode: null, reason: 'rejected' });
      expect(ran.message).toMatch(/takes ECS Exec in its container "rails".*enableExecuteCommand/);
    }
    ecs.tasks = [];
    expect((await live('true')).message).toMatch(/web has no running task/);
    ecs.tasks = [stopping, readyTask];
    expect(await live('true')).toMatchObject({ exitCode: 0 });
  });

  it('says that it cannot read a session that the cluster encrypts', async () => {
    ecs.actions = [{ ActionType: 'KMSEncryption' }, { ActionType: 'SessionType' }];
    const ran = await live('true');
    expect(ran).toMatchObject({ exitCode: 255, stdout: '' });
    expect(ran.stderr).toMatch(/encrypts its sessions of ECS Exec with a KMS key/);
    expect(ecs.started).toEqual([]);
  });

  it('is for a single command alone, and for a runner in AWS', async () => {
    expect(await live('puts 1', { type: 'rails-console-ecs' })).toMatchObject({ reason: 'rejected' });
    const { openLiveSession: _, ...here } = testRunner();
    const ran = await runInRunner({ type: 'ecs-exec', script: 'true', service }, {}, here);
    expect(ran).toMatchObject({
      reason: 'rejected',
      message: expect.stringMatching(/cannot run in a live container/),
    });
    expect(ecs.asked).toEqual([]);
  });
});
