import { expect, test, vi } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import { runopsApi } from '../../core/runops-api.ts';
import type { Fault } from '../support/fake-runops-api.ts';
import { connectedClient } from '../support/runops-client.ts';

async function lockedTask() {
  const connected = await connectedClient();
  connected.api.addTask({ id: 7 });
  const lock = await connected.client.lock(7);
  const url = lock.outcome === 'granted' ? (lock.uploadUrl ?? '') : '';
  return { ...connected, url };
}

function logOf(...chunks: string[]) {
  const read = vi.fn(async function* () {
    yield* chunks.map((chunk) => Buffer.from(chunk));
  });
  return { bytes: Buffer.byteLength(chunks.join('')), read };
}

test('a log goes to its pre-signed URL as a stream with a length, and without our token', async () => {
  const { api, client, url } = await lockedTask();
  await client.upload(url, logOf('São ', '', 'Paulo\n', '🦆'));
  expect(api.uploadOf(7)).toBe('São Paulo\n🦆');
  const { method, headers } = api.requests.at(-1) ?? {};
  expect(method).toBe('PUT');
  expect(headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-length': '15' });
  expect(headers).not.toHaveProperty('transfer-encoding');
  expect(JSON.stringify(headers)).not.toContain(api.token);
});

test('an empty log can be uploaded', async () => {
  const { api, client, url } = await lockedTask();
  await client.upload(url, logOf());
  expect(api.uploadOf(7)).toBe('');
});

test('many megabytes go through', async () => {
  const { api, client, url } = await lockedTask();
  const megabyte = 'x'.repeat(1024 * 1024);
  await client.upload(url, logOf(...Array(20).fill(megabyte)));
  expect(api.uploadOf(7)).toHaveLength(20 * 1024 * 1024);
});

test.each<[string, Fault]>([
  ['503', { answer: 503, times: 2 }],
  ['a closed socket', { answer: 'drop', times: 2 }],
])('the log is read again for another try after %s', async (_, fault) => {
  const { api, client, url } = await lockedTask();
  const log = logOf('hello');
  api.misbehave('upload', fault);
  await client.upload(url, log);
  expect(log.read).toHaveBeenCalledTimes(3);
  expect(api.uploadOf(7)).toBe('hello');
});

test('three tries are all, and the URL is in no message', async () => {
  const { api, client, url } = await lockedTask();
  api.misbehave('upload', { answer: 500, times: 9 });
  await expect(client.upload(url, logOf('hello'))).rejects.toMatchObject({
    code: 'api-unreachable',
    retryable: true,
    message:
      'The upload of the log failed after 3 tries: its address answered 500. Check that the agent reaches it.',
  });
});

test('a refusal is final', async () => {
  const { api, client, url } = await lockedTask();
  await expect(client.upload(`${url}x`, logOf('hello'))).rejects.toMatchObject({
    code: 'api-refused',
    message: expect.stringContaining('answered 403. The pre-signed URL of the lock may have expired.'),
  });
  expect(api.requests.filter(({ route }) => route === 'upload')).toHaveLength(1);
});

test.each(['', 'nonsense', 'file:///etc/passwd'])('the address %j is refused unasked', async (url) => {
  const { client } = await lockedTask();
  await expect(client.upload(url, logOf('hello'))).rejects.toThrow('not an https address');
});

test('an address without TLS is refused when the API has it', async () => {
  const { api, settings, url } = await lockedTask();
  const client = runopsApi({ ...settings, apiUrl: 'https://api.example.com' });
  await expect(client.upload(url, logOf('hello'))).rejects.toThrow('not an https address');
  expect(api.uploadOf(7)).toBeUndefined();
});

test('an error of the log itself comes out as it is, after one try', async () => {
  const { client, url } = await lockedTask();
  const failure = new AgentError('log-store-failed', 'The log cannot be read.');
  const read = vi.fn(async function* () {
    yield Buffer.from('hello');
    throw failure;
  });
  await expect(client.upload(url, { bytes: 10, read })).rejects.toBe(failure);
  expect(read).toHaveBeenCalledTimes(1);
});

test('a log that is not as long as it said is not taken for an upload', async () => {
  const { api, client, url } = await lockedTask();
  const log = { ...logOf('hello'), bytes: 6 };
  await expect(client.upload(url, log)).rejects.toMatchObject({ code: 'api-unreachable' });
  expect(api.uploadOf(7)).toBeUndefined();
});

test('an upload may take longer than a call, as long as it moves', async () => {
  const { api, client, clock, url } = await lockedTask();
  const log = {
    bytes: 4,
    read: async function* () {
      for (const character of ['s', 'l', 'o', 'w']) {
        await clock.sleep(50_000);
        yield Buffer.from(character);
      }
    },
  };
  const upload = client.upload(url, log);
  for (const _ of [1, 2, 3, 4]) {
    await clock.asleep(3);
    await clock.advance(50_000);
  }
  await upload;
  expect(api.uploadOf(7)).toBe('slow');
});

test('an upload that stands still is tried again', async () => {
  const { api, client, clock, url } = await lockedTask();
  api.misbehave('upload', { answer: 'hang' });
  const upload = client.upload(url, logOf('hello'));
  await vi.waitFor(
    () => expect(api.requests.filter(({ route }) => route === 'upload')).toHaveLength(1),
    10_000,
  );
  await clock.advance(60_000);
  await upload;
  expect(api.uploadOf(7)).toBe('hello');
});
