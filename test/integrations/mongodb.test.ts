import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthority, createCertificate } from '../support/certificates.ts';
import { mongoshMissing, mongoshPath, startMongodb } from '../support/fake-mongodb.ts';
import { runTask } from '../support/run-command.ts';

if (mongoshMissing) console.warn(`Tests of mongodb are left out. ${mongoshMissing}`);

describe.skipIf(mongoshMissing)('mongodb', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runops-tls-'));
  const file = (name: string) => readFileSync(join(directory, name));
  const password = `p'a"s\\s/@:?& $(x) \`y\` ü --`;
  let server: Awaited<ReturnType<typeof startMongodb>> | undefined;
  let secure: typeof server;
  beforeAll(async () => {
    vi.stubEnv('PATH', mongoshPath);
    createAuthority(directory);
    createCertificate(directory, 'server', 'localhost', 'subjectAltName=DNS:localhost');
    server = await startMongodb({ user: 'app', password });
    const tls = { cert: file('server.crt'), key: file('server.key') };
    secure = await startMongodb({ user: 'app', password, tls });
    server.store.set('shop.pets', [
      { _id: 1, name: 'Zoë 🐘', deep: { a: { b: { c: { d: { e: 1 } } } } } },
      { _id: 2, name: "it's" },
    ]);
    server.store.set(
      'shop.many',
      Array.from({ length: 50 }, (_, n) => ({ _id: n })),
    );
    server.store.set(
      'shop.large',
      Array.from({ length: 100 }, (_, n) => ({ _id: n, text: 'x'.repeat(100_000) })),
    );
  });
  afterAll(async () => {
    await server?.stop();
    await secure?.stop();
    rmSync(directory, { recursive: true });
    vi.unstubAllEnvs();
  });

  const uri = (host: string, pass = password) => `mongodb://app:${encodeURIComponent(pass)}@${host}`;
  const query = (script: string, changes = {}, options = {}) =>
    runTask(
      { type: 'mongodb', script },
      { MONGO_CONNECTION_URI: `${uri(`127.0.0.1:${server?.port}`)}/shop?authSource=admin`, ...changes },
      options,
    );

  it('prints the result of each statement, a document whole', async () => {
    const ran = await query(
      "const one = 1\none + 1\n'text';\ndb.pets.find({ _id: 1 })\ndb.pets.findOne({ _id: 2 }).name",
    );
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^2\ntext\n\{\n {2}_id: 1,\n {2}name: 'Zoë 🐘',\n.*e: 1.*\nit's\n$/s);
  });

  it('takes lines that begin with a dot, and prints more than a first batch', async () => {
    const ran = await query('db.many\n  .find()\n  .limit(30)');
    expect(ran.stdout.trim().split('\n')).toHaveLength(30);
  });

  it('knows "use" and "show", which are no JavaScript', async () => {
    const ran = await query('use admin\nshow dbs\nuse shop;\ndb.pets.findOne({ _id: 2 })._id\nexit\nnever()');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toContain('switched to db admin\n');
    expect(ran.stdout).toMatch(/switched to db shop\n2\n$/);
  });

  it('writes', async () => {
    const ran = await query(
      'for (let n = 0; n < 3; n++) db.written.insertOne({ _id: n })\ndb.written.find({ _id: 2 })',
    );
    expect(ran).toEqual({ exitCode: 0, stdout: '{ _id: 2 }\n', stderr: '' });
    expect(server?.store.get('shop.written')).toHaveLength(3);
  });

  it('stops at the first error, with exit code 1 and the message on standard error', async () => {
    const ran = await query("'before'\ndb.runCommand({ nonsense: 1 })\n'after'");
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'before\n' });
    expect(ran.stderr).toContain("MongoServerError: no such command: 'nonsense'");
  });

  it('says where a script is no JavaScript, and runs nothing of it', async () => {
    const ran = await query("print('before')\nconst x = ;");
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('in line 2, column 10 of the script');
  });

  it('fails on a wrong password', async () => {
    const changes = { MONGO_CONNECTION_URI: `${uri(`127.0.0.1:${server?.port}`, 'wrong-password')}/shop` };
    const ran = await query("print('before')", changes);
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('Authentication failed');
    expect(ran.stderr).not.toContain('wrong-password');
  });

  it('fails on a host that cannot be reached', async () => {
    const MONGO_CONNECTION_URI = `${uri('127.0.0.1:1')}/?serverSelectionTimeoutMS=500`;
    const ran = await query("print('before')", { MONGO_CONNECTION_URI });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('ECONNREFUSED');
  });

  it('prints 20 MB', async () => {
    const ran = await query('db.large.find()\ndb.large.find()');
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout.length).toBeGreaterThan(20_000_000);
  }, 60_000);

  it('ends when it is asked to', async () => {
    const ran = await query("print('started'); while (true) sleep(100);", {}, { stopAt: 'started' });
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stdout).toBe('started\n');
  });

  it('verifies the server with the authority of the secret', async () => {
    const tls = (host: string, options = '') => ({
      MONGO_CONNECTION_URI: `${uri(`${host}:${secure?.port}`)}${options}`,
    });
    const authority = { MONGO_TLS_CA: file('ca.crt').toString('base64') };
    const works = async (changes: object) => (await query('db.pets.findOne()', changes)).exitCode === 0;
    const patience = 'serverSelectionTimeoutMS=1000';
    expect(await works({ ...tls('localhost'), ...authority })).toBe(true);
    expect(await works({ ...tls('localhost', `/shop?${patience}`), ...authority })).toBe(true);
    expect(await works({ ...tls('127.0.0.1', `/?${patience}`), ...authority })).toBe(false);
    expect(await works(tls('localhost', `/?tls=true&${patience}`))).toBe(false);
  });

  it('has its password neither in its arguments nor in its environment once the script runs', async () => {
    const script =
      "const fs = require('fs'); print(fs.readFileSync('/proc/self/cmdline', 'utf8')); print(process.env)";
    const ran = await query(script);
    expect(ran.stdout).toContain('mongosh');
    expect(ran.stdout).not.toContain(encodeURIComponent(password).slice(0, 8));
  });
});
