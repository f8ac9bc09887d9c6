import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseEnvironment } from '../../../containers/runner/base-environment.ts';
import { findIsolation } from '../../../containers/runner/isolation.ts';
import { root, runBash, testDirectory, testRunner } from './harness.ts';

const whenRoot = root ? test : test.skip;
if (!root) console.warn('The tests of the unprivileged user are skipped: run them as root.');

test('the child has a small environment, its secrets, and nothing of the runner', async () => {
  const runner = testRunner({ API_TOKEN: 'correct-horse-battery', REGION: 'north' });
  const { stdout } = await runBash('env -0 | tr "\\0" "\\n"; pwd', { runner });
  const names = stdout.split('\n').flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
  const own = names.filter((name) => !name.startsWith('RUNOPS_TASK_') && !name.startsWith('RUNOPS_USER_'));

  // PWD, SHLVL and _ are bash's own.
  expect(own.sort()).toEqual(['API_TOKEN', 'HOME', 'LANG', 'PATH', 'PWD', 'REGION', 'SHLVL', 'TMPDIR', '_']);
  expect(stdout).toContain('API_TOKEN=[SECRET]\n');
  const home = /^HOME=(.*\/execution-\w+)$/m.exec(stdout)?.[1];
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(home);
});

test('an image may say where the modules of Node are', () => {
  const environment = baseEnvironment(
    { NODE_PATH: '/opt/modules', AWS_REGION: 'x', PATH: '' },
    '/home/of/it',
  );
  expect(environment).toMatchObject({ NODE_PATH: '/opt/modules', TMPDIR: '/home/of/it', LANG: 'C.UTF-8' });
  expect(environment.PATH).toContain('/usr/bin');
  expect(environment).not.toHaveProperty('AWS_REGION');
});

whenRoot('the child is an unprivileged user without groups and capabilities', async () => {
  const { stdout } = await runBash('cat /proc/self/status');

  expect(stdout).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
  expect(stdout).toMatch(/^Gid:\t10001\t10001\t10001\t10001$/m);
  expect(stdout).toMatch(/^Groups:\s*$/m);
  expect(stdout).toMatch(/^CapEff:\t0+$/m);
  expect(stdout).toMatch(/^CapBnd:\t0+$/m);
  expect(stdout).toMatch(/^NoNewPrivs:\t1$/m);
});

whenRoot('the child can read neither the environment nor the memory of the runner', async () => {
  const { stdout, stderr } = await runBash(
    `cat /proc/${process.pid}/environ; head -c 1 /proc/${process.pid}/mem`,
  );

  expect(stdout).toBe('');
  expect(stderr.match(/Permission denied/g)).toHaveLength(2);
});

test('the child has no file of the runner open', async () => {
  const { stdout } = await runBash('ls -l /proc/$$/fd');
  // Whoever started the tests may have left files open in every process from there on.
  const inherited = execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
  const files = [...stdout.matchAll(/ -> (.*)/g)].map(([, path = '']) => path);

  // The last is the script itself, which bash opens.
  expect(files.filter((path) => !inherited.includes(path))).toEqual([
    '/dev/null',
    expect.stringMatching('/.stdout .deleted.$'),
    expect.stringMatching('/.stderr .deleted.$'),
    expect.stringMatching('/script.sh$'),
  ]);
});

test('the child leads a session of its own, without a terminal', async () => {
  const { stdout } = await runBash('cut -d" " -f 1,5,6,7 /proc/$$/stat');
  const [pid, group, session, terminal] = stdout.trim().split(' ');

  expect([group, session, terminal]).toEqual([pid, pid, '0']);
});

test('files are private, and gone afterwards', async () => {
  const runner = testRunner();
  const { stdout } = await runBash('stat -c "%a %U" "$0" .; id -un; umask', { runner });
  const [file, directory] = stdout.split('\n');

  expect(file).toMatch(/^600 /);
  expect(directory).toMatch(root ? /^710 / : /^700 /);
  expect(readdirSync(runner.machine.scratch)).toEqual([]);
});

test.each([
  ['made its directories unreadable', 'mkdir -p a/b; touch a/b/c; chmod 000 a/b; chmod 000 a; chmod 000 .'],
  ['made its directories read-only', 'mkdir -p a/b; touch a/b/c; chmod 500 a/b a .'],
  [
    'left links to other places',
    'ln -s /etc e; ln -s / .root; mkdir d; ln -s .. d/up; ln -s nowhere dangling',
  ],
  ['left many files', 'for d in {1..40}; do mkdir $d; (cd $d && touch {1..50}); done'],
  ['left names that are no UTF-8', "touch $'\\377\\376' $'new\\nline' -- -rf"],
  ['left a very deep directory', 'for i in {1..300}; do mkdir deep-directory && cd deep-directory; done'],
  ['left sockets, pipes and its own files removed', 'mkfifo pipe; rm "$0"'],
  ['was killed', 'touch a; kill -9 0'],
])('the directory is removed after a command that %s', async (_, script) => {
  const runner = testRunner();
  await runBash(script, { runner });

  expect(readdirSync(runner.machine.scratch)).toEqual([]);
  expect(existsSync('/etc/passwd')).toBe(true);
});

whenRoot('the child cannot move its directory away', async () => {
  const runner = testRunner();
  const { result } = await runBash('mv "$HOME" "$HOME.x"', { runner });

  expect(result.exitCode).toBe(1);
  expect(readdirSync(runner.machine.scratch)).toEqual([]);
});

test('the directory is removed although a process that got away still writes there', async () => {
  const runner = testRunner();
  const writer =
    'setsid bash -c "for i in {1..300}; do touch \\$RANDOM; sleep 0.001; done" >/dev/null 2>&1 &';
  await runBash(`${writer} sleep 0.05`, { runner });

  expect(readdirSync(runner.machine.scratch)).toEqual([]);
});

test('the directory is removed when the command could not be built', async () => {
  const runner = testRunner();
  await runBash('select 1', { runner, spec: { type: 'postgres' } });
  expect(readdirSync(runner.machine.scratch)).toEqual([]);
});

whenRoot('a scratch directory that the user cannot reach is named', async () => {
  const runner = testRunner();
  const closed = testDirectory();
  chmodSync(closed, 0o700);
  runner.machine.scratch = join(closed, 'scratch');
  const { result } = await runBash('true', { runner });

  expect(result.reason).toBe('rejected');
  expect(result.message).toContain(`user 10001 may not pass to ${runner.machine.scratch}/`);
  expect(readdirSync(runner.machine.scratch)).toEqual([]);
});

test('a scratch directory that everybody can write to is refused', async () => {
  const runner = testRunner();
  mkdirSync(runner.machine.scratch);
  chmodSync(runner.machine.scratch, 0o777);
  const { result } = await runBash('true', { runner });

  expect(result).toMatchObject({ reason: 'rejected', exitCode: null });
  expect(result.message).toContain('choose another RUNOPS_SCRATCH');
});

whenRoot('a scratch directory of another user is refused', async () => {
  const runner = testRunner();
  mkdirSync(runner.machine.scratch);
  chownSync(runner.machine.scratch, 10001, 10001);
  expect((await runBash('true', { runner })).result.reason).toBe('rejected');
});

test('the isolation of this machine is found', () => {
  const { user, prefix } = findIsolation({ uid: 10001, gid: 10001 });
  expect(user).toEqual(root ? { uid: 10001, gid: 10001 } : null);
  if (prefix[0]) expect(realpathSync(prefix[0])).toContain('setpriv');
});
