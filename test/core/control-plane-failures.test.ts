import { describe, expect, test, vi } from 'vitest';
import type { ReportBody } from '../../core/execution.ts';
import type { Redacted } from '../../core/redaction/redacted.ts';
import { runopsApi } from '../../core/runops-api.ts';
import type { Fault } from '../support/fake-runops-api.ts';
import { connectedClient } from '../support/runops-client.ts';

const body: ReportBody = {
  id: 7,
  status: 'success',
  logs: 'done' as Redacted,
  uploaded: false,
  redacted: true,
  'elapsed-time-ms': 1,
  'log-size': 4,
  'exit-code': 0,
  reason: 'exited',
};

async function clientWithTask() {
  const connected = await connectedClient();
  connected.api.addTask({ id: 7 });
  return connected;
}

describe('a call is tried again', () => {
  test.each<[string, Fault]>([
    ['500', { answer: 500 }],
    ['503', { answer: 503 }],
    ['429', { answer: 429 }],
    ['a closed socket', { answer: 'drop' }],
    ['an answer that breaks off', { answer: 'torn' }],
  ])('after %s', async (_, fault) => {
    const { api, client } = await clientWithTask();
    api.misbehave('ready', fault);
    expect(await client.readyTasks()).toHaveLength(1);
    expect(api.requests).toHaveLength(2);
  });

  test.each<[string, Fault['answer']]>([
    ['no answer', 'hang'],
    ['an answer that never ends', 'slow'],
  ])('after %s within the timeout', async (_, answer) => {
    const { api, client, clock } = await clientWithTask();
    api.misbehave('webhook', { answer });
    const reported = client.report(body);
    await vi.waitFor(() => expect(api.requests).toHaveLength(1), 10_000);
    await clock.advance(59_999);
    expect(api.requests).toHaveLength(1);
    await clock.advance(1);
    await reported;
  });

  test('with pauses that double and have a ceiling', async () => {
    const { api, client, clock } = await clientWithTask();
    api.misbehave('webhook', { answer: 500, times: 7 });
    await client.report(body);
    const pauses = clock.sleeps.filter((milliseconds) => milliseconds < 10_000);
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 6400, 8000]);
  });

  test.each([
    ['seconds', '7', 7000],
    ['a date', new Date(Date.UTC(2026, 0, 1, 0, 0, 9)).toUTCString(), 9000],
    ['a date that is over', new Date(0).toUTCString(), 200],
    ['nonsense', 'soon', 200],
  ])('after the pause of a Retry-After of %s', async (_, header, pause) => {
    const { api, client, clock } = await clientWithTask();
    api.misbehave('webhook', { answer: 429, headers: { 'retry-after': header } });
    await client.report(body);
    const pauses = clock.sleeps.filter((milliseconds) => milliseconds < 10_000);
    expect(pauses).toEqual([pause]);
  });

  test('after a minute at most, whatever Retry-After asks for', async () => {
    const { api, client, clock } = await clientWithTask();
    api.misbehave('lock', { answer: 503, headers: { 'retry-after': '86400' } });
    const lock = client.lock(7);
    await vi.waitFor(() => expect(clock.sleeps.at(-1)).toBe(60_000), 10_000);
    await clock.advance(60_000);
    expect(await lock).toMatchObject({ outcome: 'granted' });
  });
});

describe('a call is given up', () => {
  test.each([400, 404, 410, 422])('at once after %d', async (status) => {
    const { api, client } = await clientWithTask();
    api.misbehave('webhook', { answer: status });
    await expect(client.report(body)).rejects.toMatchObject({ code: 'api-refused', retryable: false });
    expect(api.requests).toHaveLength(1);
  });

  test.each([401, 403])('at once after %d, with the advice to check TOKEN', async (status) => {
    const { api, client } = await clientWithTask();
    for (const [route, call] of [
      ['ready', () => client.readyTasks()],
      ['lock', () => client.lock(7)],
      ['webhook', () => client.report(body)],
    ] as const) {
      api.misbehave(route, { answer: status });
      await expect(call()).rejects.toMatchObject({
        code: 'api-refused',
        retryable: false,
        message: expect.stringMatching(`status ${status}. Check TOKEN`),
      });
    }
    expect(api.requests).toHaveLength(3);
  });

  test('when its tries are used up, and then it may be made again later', async () => {
    const { api, client } = await clientWithTask();
    api.misbehave('webhook', { answer: 502, times: Number.POSITIVE_INFINITY });
    await expect(client.report(body)).rejects.toMatchObject({
      code: 'api-unreachable',
      retryable: true,
      message: expect.stringContaining('answered 502 after 8 tries'),
    });
    expect(api.requests).toHaveLength(8);
  });

  test('when its time is used up', async () => {
    const { api, client, clock } = await clientWithTask();
    api.misbehave('lock', { answer: 503, headers: { 'retry-after': '60' }, times: 9 });
    const lock = expect(client.lock(7)).rejects.toThrow('answered 503 after 2 tries');
    await vi.waitFor(() => expect(clock.sleeps.at(-1)).toBe(60_000), 10_000);
    await clock.advance(60_000);
    await lock;
  });

  test('when nobody listens, and the message says where to look', async () => {
    const { api, client } = await clientWithTask();
    await api.close();
    await expect(client.readyTasks()).rejects.toMatchObject({
      code: 'api-unreachable',
      message:
        'The Runops API, asked to list the ready tasks, gave no answer after 2 tries (ECONNREFUSED). ' +
        'Check the network and API_URL.',
    });
  });

  test('when the answer is not what was asked for', async () => {
    const { api, client, settings } = await clientWithTask();
    api.misbehave('ready', { answer: 'malformed' });
    await expect(client.readyTasks()).rejects.toMatchObject({
      code: 'api-refused',
      message: expect.stringContaining('answered 200 with something that is not JSON'),
    });
    const object = runopsApi({ ...settings, fetch: async () => Response.json({ message: 'hello' }) });
    await expect(object.readyTasks()).rejects.toThrow('JSON that is not a list');
  });

  test('when the answer is larger than the limit', async () => {
    const { settings } = await clientWithTask();
    const megabyte = new Uint8Array(1024 * 1024 + 1);
    const client = runopsApi({ ...settings, fetch: async () => new Response(megabyte) });
    const agent = { version: '', hostname: '', jwkVerify: false, capabilities: [], instance: '' };
    await expect(client.register(agent)).rejects.toThrow('an answer of more than 1048576 bytes');
  });

  test('at a redirect, so that the token goes nowhere else', async () => {
    const { api, client } = await clientWithTask();
    const elsewhere = await connectedClient();
    api.misbehave('ready', {
      answer: 307,
      headers: { location: `${elsewhere.api.url}/v2/tasks?status=ready` },
    });
    await expect(client.readyTasks()).rejects.toThrow('status 307. Redirects are not followed');
    expect(elsewhere.api.requests).toEqual([]);
  });
});
