import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { taskTypes } from '../../core/task-types.ts';
import { mariadbMissing, startMariadb } from '../support/mariadb.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import type { TestDatabase } from '../support/server-process.ts';
import { buildFamilyImages, compressedMegabytes, docker, dockerMissing } from './docker.ts';
import { execute, withoutInit } from './execution.ts';

if (dockerMissing) console.warn(`Tests of the families' images are left out. ${dockerMissing}`);
if (postgresMissing) console.warn(`The test of the image postgres is left out. ${postgresMissing}`);
if (mariadbMissing) console.warn(`The test of the image mysql is left out. ${mariadbMissing}`);

const page = readFileSync(resolve(import.meta.dirname, '../../docs/images.md'), 'utf8');
/** The rows of its table: family, types, programs, megabytes, and how many at most. */
const documented = [...page.matchAll(/^\| `(\S+)` \| (.*) \| .* \| (\d+) \| (\d+) \|$/gm)];
const folder = resolve(import.meta.dirname, '../../containers/images');
/** What a build takes from this machine may not be there. */
const rows = documented.filter(([, family = '']) => {
  const needs = join(folder, family, 'needs');
  return !existsSync(needs) || existsSync(join(folder, family, readFileSync(needs, 'utf8').trim()));
});
for (const [, family] of documented.filter((row) => !rows.includes(row)))
  console.warn(`Tests of the image ${family} are left out. docs/images.md says what its build needs.`);
const families = rows.map(([, family = '']) => family);

let images: Record<string, string> = {};
const imageOf = (family: string) => images[family] ?? '';
const inside = (family: string, script: string) =>
  docker('run', '--rm', '--entrypoint', 'bash', imageOf(family), '-c', script);

const lookAround = `exec 2>&1
id
grep -E '^(CapPrm|CapEff|CapAmb|NoNewPrivs)' /proc/self/status
ulimit -Sc
ulimit -Hc
cat /proc/1/environ
cat /proc/[0-9]*/environ 2> /dev/null | tr '\\0' '\\n' | grep -cE 'RUNOPS_LEDGER|AWS_'
ls /ledger
ls /scratch
touch /scratch/here
touch /opt/runops/here
find / \\( -path /proc -o -path /dev \\) -prune -o ! -type l -writable -print 2> /dev/null
[ "$PWD" = "$HOME" ] && stat -c '%a %U' "$HOME"
exit 7`;
const seen = `uid=10001(runops) gid=10001(runops) groups=10001(runops)
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapAmb:\t0000000000000000
NoNewPrivs:\t1
0
0
cat: /proc/1/environ: Permission denied
0
ls: cannot open directory '/ledger': Permission denied
ls: cannot open directory '/scratch': Permission denied
touch: cannot touch '/scratch/here': Permission denied
touch: cannot touch '/opt/runops/here': Read-only file system
/tmp
710 runops
`;

describe.skipIf(dockerMissing)('the images of the families', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    images = await buildFamilyImages();
  }, 900_000);

  it('are those of docs/images.md, which has each type that runs in one', () => {
    expect(Object.keys(images).sort()).toEqual(families.toSorted());
    const typesInThem = rows.flatMap(([, family, types = '']) =>
      [...types.matchAll(/`(\S+)`/g)].map(([, type]) => `${type} in ${family}`),
    );
    const built = Object.entries(taskTypes).filter(([, { image }]) => image in images);
    expect(typesInThem.sort()).toEqual(built.map(([type, { image }]) => `${type} in ${image}`).sort());
  });

  it('are the same ones when they are built again and nothing has changed', async () => {
    const ids = () =>
      Promise.all(Object.values(images).map((image) => docker('inspect', '-f', '{{.Id}}', image)));
    const before = await ids();
    await buildFamilyImages();
    expect(await ids()).toEqual(before);
  });

  it.each(
    rows.map(([, family = '', , megabytes, most]) => [family, Number(megabytes), Number(most)] as const),
  )('%s is as small to pull as docs/images.md says', async (family, megabytes, most) => {
    const measured = await compressedMegabytes(imageOf(family));
    console.log(`${family}: ${measured} MB compressed`);
    expect(measured).toBeLessThanOrEqual(most);
    expect(Math.abs(measured - megabytes)).toBeLessThanOrEqual(3);
    if (['shell', 'postgres', 'mysql'].includes(family)) expect(most).toBeLessThanOrEqual(90);
  });

  describe.each(families)('%s', (family) => {
    it('gives nobody the rights of somebody else', async () => {
      expect(await inside(family, 'find / -xdev -perm /6000')).toMatchObject({ exitCode: 0, stdout: '' });
      expect(await fileCapabilities(imageOf(family))).toBe(0);
    });

    it('has a user for the command, who cannot log in and owns nothing', async () => {
      const { stdout } = await inside(family, 'grep runops /etc/passwd /etc/group; find / -xdev -uid +0');
      expect(stdout).toBe(
        '/etc/passwd:runops:x:10001:10001::/nonexistent:/usr/sbin/nologin\n/etc/group:runops:x:10001:\n',
      );
    });

    it('holds the runner, the certificates and no package manager, and all programs find their libraries', async () => {
      const { stdout } = await inside(
        family,
        `ls /opt/runops; grep -c BEGIN /etc/ssl/certs/ca-certificates.crt
        command -v apt dpkg npm pip; ls -d /etc/apt /build /var/lib/apt /var/cache/* /var/log/* 2>/dev/null
        find /usr -type f \\( -perm -1 -o -name '*.so*' \\) -exec ldd {} + 2>/dev/null | grep 'not found'`,
      );
      expect(stdout).toMatch(/^runner-parts\nrunner\.mjs\n1\d\d\n$/);
    });

    it('tells scanners what it is made of', async () => {
      const { stdout } = await inside(family, 'cat /etc/os-release /var/lib/dpkg/status');
      expect(stdout).toMatch(/^VERSION_CODENAME=bookworm$/m);
      expect(stdout).toMatch(/^Package: libssl3\nStatus: install ok installed\n(.+\n)*Version: 3\./m);
      expect(stdout).not.toMatch(/^Package: (apt|dpkg)$/m);
    });

    it('says what it is', async () => {
      const { stdout } = await docker('inspect', '--format={{json .Config.Labels}}', imageOf(family));
      expect(JSON.parse(stdout)).toMatchObject({
        'org.opencontainers.image.title': `runops-${family}`,
        'org.opencontainers.image.version': 'test',
      });
    });

    it('tied down, runs a command that can reach nothing but its own', async () => {
      const { result, stdout } = await execute(imageOf(family), { script: lookAround });
      expect(result).toMatchObject({ reason: 'exited', exitCode: 7, message: null });
      expect(stdout).toBe(seen);
    });
  });

  it('need no init of their own: nothing is left of an execution with one or without', async () => {
    for (const options of [undefined, withoutInit]) {
      const mark = `${100_000 + Math.floor(Math.random() * 1e9)}`;
      const script = `setsid sleep ${mark} > /dev/null 2>&1 & kill -0 $! && echo alive`;
      const { result, stdout } = await execute(imageOf('shell'), { script }, options && { options });
      expect({ ...result, stdout }).toMatchObject({ reason: 'exited', exitCode: 0, stdout: 'alive\n' });
      expect(processesWith(mark)).toEqual([]);
    }
  });

  it('refuse to run a command as root', async () => {
    const options = withoutInit.filter((option) => option !== '--cap-add=SETUID');
    const { result } = await execute(imageOf('shell'), { script: 'id' }, { options });
    expect(result).toMatchObject({ reason: 'rejected', message: expect.stringMatching(/SETUID/) });
  });

  it('shell has the programs that scripts are used to', async () => {
    const script = `echo '{"a": [1, 2]}' | jq -c .a; curl --version | cut -d' ' -f1,4 | head -1
      perl -e 'print 6*7, "\\n"'
      openssl version | cut -d. -f1; TZ=Europe/Berlin date -d @0 +%H:%M
      printf 'é' | iconv -t latin1 | wc -c; ps -o comm= $$`;
    const { stdout } = await execute(imageOf('shell'), { script });
    expect(stdout).toMatch(/^\[1,2\]\ncurl .*\n42\nOpenSSL 3\n01:00\n1\nbash\n$/);
  });

  it('python runs a script with the standard library', async () => {
    const script =
      'import ctypes, decimal, json, sqlite3, ssl, zoneinfo\nprint(json.dumps([ssl.HAS_TLSv1_3]))';
    const { result, stdout } = await execute(imageOf('python'), { type: 'python', script });
    expect({ ...result, stdout }).toMatchObject({ exitCode: 0, stdout: '[true]\n' });
  });

  it('node runs a script with the standard library', async () => {
    const script = 'console.log(typeof fetch, new Intl.NumberFormat("de").format(1234.5))';
    const { result, stdout } = await execute(imageOf('node'), { type: 'node', script });
    expect({ ...result, stdout }).toMatchObject({ exitCode: 0, stdout: 'function 1.234,5\n' });
  });

  it.skipIf(postgresMissing)('postgres asks a real server', async () => {
    const server = await running(startPostgres());
    const { host, port, user, password, database } = server;
    const config = { PG_HOST: host, PG_PORT: `${port}`, PG_USER: user, PG_PASS: password, PG_DB: database };
    const script = "select 'it is ' || (6 * 7) as answer";
    const secret = { provider: 'runops', path: null, config: JSON.stringify(config) };
    const spec = { type: 'postgres', script, secret };
    const { result, stdout, stderr } = await execute(imageOf('postgres'), spec, { network: 'host' });
    expect({ ...result, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: /it is 42/, stderr: '' });
  });

  it.skipIf(mariadbMissing)('mysql asks a real server', async () => {
    const server = await running(startMariadb());
    const config = {
      MYSQL_HOST: server.host,
      MYSQL_PORT: `${server.port}`,
      MYSQL_USER: server.user,
      MYSQL_PASS: server.password,
      MYSQL_DB: server.database,
    };
    const secret = { provider: 'runops', path: null, config: JSON.stringify(config) };
    const spec = { type: 'mysql', script: "select concat('it is ', 6 * 7) as answer", secret };
    const { result, stdout, stderr } = await execute(imageOf('mysql'), spec, { network: 'host' });
    expect({ ...result, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: /it is 42/, stderr: '' });
  });
});

/** How many files of the image have capabilities: in the archive that Docker makes of it they are extended headers. */
async function fileCapabilities(image: string): Promise<number> {
  const { stdout: container } = await docker('create', image);
  onTestFinished(async () => void (await docker('rm', container.trim())));
  const count = `docker export ${container.trim()} | grep -ac SCHILY.xattr.security.capability || true`;
  return Number(execFileSync('sh', ['-c', count], { encoding: 'utf8' }));
}

/** Processes of this machine, and so of all its containers, with this argument. */
function processesWith(argument: string): string[] {
  return readdirSync('/proc').filter((entry) => {
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').includes(argument);
    } catch {
      return false;
    }
  });
}

/** Until the end of the test. */
async function running(starting: Promise<TestDatabase | undefined>): Promise<TestDatabase> {
  const server = await starting;
  if (!server) throw new Error('The server is not installed.');
  onTestFinished(() => server.stop());
  return server;
}
