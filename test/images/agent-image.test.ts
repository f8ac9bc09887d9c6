import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../e2e/test-server.ts';
import { buildAgentImage, compressedMegabytes, docker, dockerMissing } from './docker.ts';

if (dockerMissing) console.warn(`Tests of the agent's image are left out. ${dockerMissing}`);

const manifest = readFileSync(resolve(import.meta.dirname, '../../docs/kubernetes/agent.yaml'), 'utf8');
const [, capabilities = ''] = /add: \[(.*)\]/.exec(manifest) ?? [];

/** As docs/run-the-agent.md has it. */
const tiedDown = [
  '--read-only',
  '--tmpfs=/tmp',
  '--tmpfs=/var/lib/runops:mode=0700',
  '--security-opt=no-new-privileges',
  '--cap-drop=ALL',
  ...capabilities.split(', ').map((name) => `--cap-add=${name}`),
];

describe.skipIf(dockerMissing)("the agent's image", { timeout: 120_000 }, () => {
  let image = '';
  let server: TestServer;
  const containers: string[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    image = await buildAgentImage();
    console.log(`${image}: ${await compressedMegabytes(image)} MB compressed`);
  }, 900_000);
  afterEach(async () => {
    for (const name of containers.splice(0)) await docker('rm', '--force', '--volumes', name);
  });
  afterAll(() => server?.close());

  const inside = (script: string) => docker('run', '--rm', '--entrypoint', 'sh', image, '-c', script);
  const agentAlone = (...variables: string[]) =>
    docker('run', '--rm', '--network=host', ...variables.flatMap((one) => ['--env', one]), image);

  /** An agent with tags of its own: of the same ones the server would allow a second only when the first is gone. */
  async function startAgent(variables: Record<string, string>, ...options: string[]): Promise<string> {
    const name = `runops-test-${randomUUID()}`;
    const known = { TOKEN: server.agentToken, API_URL: server.url, TAGS: name, POLL_MILLISECONDS: '50' };
    const env = Object.entries({ ...known, ...variables }).flatMap(([key, value]) => [
      '--env',
      `${key}=${value}`,
    ]);
    containers.push(name);
    const started = await docker(
      'run',
      '--detach',
      '--name',
      name,
      '--network=host',
      ...options,
      ...env,
      image,
    );
    if (started.exitCode !== 0) throw new Error(started.stderr);
    return name;
  }

  /** A task of a new target that only this agent runs. */
  async function createTask(agent: string, target: object, script: string): Promise<number> {
    const name = `target-${randomUUID()}`;
    await server.api.createTarget(server.userToken, { name, tags: agent, ...target });
    return server.api.createTask(server.userToken, name, script);
  }

  /** Until the task has one of the statuses or the agent is gone, which then says why. */
  async function until(agent: string, id: number, ...statuses: string[]) {
    const task = server.api.until(server.userToken, id, statuses);
    const gone = docker('wait', agent).then(async ({ stdout }) => {
      if (stdout.trim() !== '0') throw new Error(`The agent ended with ${stdout}${await said(agent)}`);
      return task;
    });
    return Promise.race([task, gone]);
  }

  async function runTask(agent: string, target: object, script: string) {
    const id = await createTask(agent, target, script);
    const task = await until(agent, id, 'success', 'failure');
    return { ...task, log: await server.api.log(server.userToken, id) };
  }

  it('holds two bundles, Node and the clients of the types, and no sources', async () => {
    const script = `ls -R /opt/runops; find / -xdev -name node_modules -o -xdev -name '*.ts'
      psql --version; mysql --version; python3 --version; node --version; setpriv --version`;
    const { stdout } = await inside(script);
    expect(stdout).toMatch(
      /^\/opt\/runops:\ndist\n\n\/opt\/runops\/dist:\nagent-parts\nagent.mjs\nrunner-parts\nrunner.mjs\n[\s\S]*\npsql /,
    );
    expect(stdout).toMatch(/^mysql {2}Ver .*\nPython 3\..*\nv24\..*\nsetpriv /m);
  });

  it('has users for the commands, who cannot log in and own nothing', async () => {
    const { stdout } = await inside('getent passwd 10001 10100; find / -xdev -uid +10000');
    const line = (n: number) => `runops${n}:x:${10000 + n}:${10000 + n}::/nonexistent:/usr/sbin/nologin\n`;
    expect(stdout).toBe(line(1) + line(100));
  });

  it('gives nobody the rights of somebody else', async () => {
    const { stdout } = await inside('find / -xdev -perm /6000 -type f; getcap -r / 2>/dev/null');
    expect(stdout).toBe('');
  });

  it('says that the token is missing, and ends with 1', async () => {
    expect(await agentAlone()).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/TOKEN:? is missing/),
    });
  });

  it('says that the token is wrong, and ends with 1', async () => {
    const said = await agentAlone('TOKEN=wrong', `API_URL=${server.url}`);
    expect(said.exitCode).toBe(1);
    expect(said.stderr).toMatch(/TOKEN/);
  });

  it('tied down, runs tasks as the unprivileged user and leaves no zombies', async () => {
    const agent = await startAgent({ MY_TARGET: '{"GREETING": "a-long-greeting"}' }, ...tiedDown);
    const script = `exec 2>&1; id -u; grep -E 'NoNewPrivs|CapEff' /proc/self/status; echo "$GREETING" | wc -c
      ls /var/lib/runops; cat /proc/1/environ; touch /here; (setsid sleep 0.1 &) && echo left`;
    const task = await runTask(agent, { type: 'bash', secret_path: 'MY_TARGET' }, script);

    expect(task, await said(agent)).toMatchObject({ status: 'success', reason: 'exited' });
    expect(task.log).toBe(`10001
CapEff:\t0000000000000000
NoNewPrivs:\t1
16
ls: cannot open directory '/var/lib/runops': Permission denied
cat: /proc/1/environ: Permission denied
touch: cannot touch '/here': Read-only file system
left
`);
    await expect.poll(() => zombies(agent)).toBe('');
  });

  it('tied down, hands a script to a client by its standard input', async () => {
    const MY_DB = JSON.stringify({
      PG_HOST: '127.0.0.1',
      PG_PORT: '1',
      PG_USER: 'u',
      PG_PASS: 'p',
      PG_DB: 'd',
    });
    const agent = await startAgent({ MY_DB }, ...tiedDown);
    const task = await runTask(agent, { type: 'postgres', secret_path: 'MY_DB' }, 'select 1');

    expect(task, await said(agent)).toMatchObject({ status: 'failure', reason: 'exited' });
    expect(task.log).toMatch(/port 1 failed: Connection refused/);
  });

  it('finishes what runs at SIGTERM, and ends with 0', async () => {
    const agent = await startAgent({}, ...tiedDown);
    const id = await createTask(agent, { type: 'bash' }, 'sleep 3; echo done');
    await until(agent, id, 'running');
    await docker('stop', '--time', '60', agent);

    const { stdout } = await docker('inspect', '--format', '{{.State.ExitCode}}', agent);
    expect(stdout, await said(agent)).toBe('0\n');
    expect(await until(agent, id, 'success', 'failure')).toMatchObject({
      status: 'success',
      reason: 'exited',
    });
  });

  it('works as another user too, and then its tasks run as that one', async () => {
    const home = '--tmpfs=/var/lib/runops:uid=10002,mode=0700';
    const user = ['--user=10002:10002', '--read-only', '--tmpfs=/tmp', home, '--cap-drop=ALL'];
    const agent = await startAgent({}, ...user, '--security-opt=no-new-privileges');
    const task = await runTask(agent, { type: 'bash' }, 'id -u; grep NoNewPrivs /proc/self/status');

    expect(task.log, await said(agent)).toBe('10002\nNoNewPrivs:\t1\n');
  });

  async function said(agent: string): Promise<string> {
    const { stdout, stderr } = await docker('logs', agent);
    return `${stdout}${stderr}`;
  }

  async function zombies(agent: string): Promise<string> {
    const { stdout } = await docker('exec', agent, 'sh', '-c', 'grep -l "^State:.Z" /proc/[0-9]*/status');
    return stdout;
  }
});
