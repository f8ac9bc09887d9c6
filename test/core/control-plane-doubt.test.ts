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

describe('a lock', () => {
  test.each<[string, Fault]>([
    ['500', { answer: 500, applied: true }],
    ['a closed socket', { answer: 'drop', applied: true }],
  ])('that is refused after %s is unclear', async (_, fault) => {
    const { api, client } = await clientWithTask();
    api.misbehave('lock', fault);
    expect(await client.lock(7)).toEqual({ outcome: 'unclear' });
  });

  test('that is refused after a timeout is unclear', async () => {
    const { api, client, clock } = await clientWithTask();
    api.misbehave('lock', { answer: 'hang', applied: true });
    const lock = client.lock(7);
    await vi.waitFor(() => expect(api.statusOf(7)).toBe('running'), 10_000);
    await clock.advance(30_000);
    expect(await lock).toEqual({ outcome: 'unclear' });
  });

  test('that is refused after 429 or without a connection is just refused', async () => {
    const { api, client, settings } = await clientWithTask();
    await client.lock(7);
    api.misbehave('lock', { answer: 429 });
    expect(await client.lock(7)).toEqual({ outcome: 'refused' });

    let isFirst = true;
    const fetch = (url: string, init: RequestInit) => {
      const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      if (!isFirst) return globalThis.fetch(url, init);
      isFirst = false;
      return Promise.reject(new TypeError('fetch failed', { cause }));
    };
    expect(await runopsApi({ ...settings, fetch }).lock(7)).toEqual({ outcome: 'refused' });
  });

  test('whose answer breaks off after a success is granted', async () => {
    const { api, client } = await clientWithTask();
    api.misbehave('lock', { answer: 'torn', applied: true });
    expect(await client.lock(7)).toEqual({ outcome: 'granted', uploadUrl: null });
    expect(api.requests).toHaveLength(1);
  });
});

test('a result that was taken, but whose answer was lost, goes out again unchanged', async () => {
  const { api, client } = await clientWithTask();
  api.misbehave('webhook', { answer: 'drop', applied: true });
  await client.report(body);
  expect(api.requests.map((request) => request.body)).toEqual([api.requests[0]?.body, api.requests[0]?.body]);
  expect(api.conflicts).toEqual([]);
});

test('a conflict means that the task has its result', async () => {
  const { api, client } = await clientWithTask();
  api.misbehave('webhook', { answer: 409 });
  await client.report(body);
});

test('a poll waits out what Retry-After asks for, also when it is not tried again at once', async () => {
  const { api, client, clock } = await clientWithTask();
  api.misbehave('ready', { answer: 503, headers: { 'retry-after': '45' } });
  await expect(client.readyTasks()).rejects.toThrow('answered 503');
  await expect(client.readyTasks()).rejects.toThrow('asked us not to poll for another 45 s');
  expect(api.requests).toHaveLength(1);
  await clock.advance(45_000);
  expect(await client.readyTasks()).toHaveLength(1);
});

test('no message holds the token or words of the server', async () => {
  const { api, settings } = await clientWithTask();
  const echo = `bad token ${api.token}`;
  for (const status of [302, 400, 401, 404, 429, 500, 200]) {
    const client = runopsApi({
      ...settings,
      fetch: async () => new Response(echo, { status, statusText: 'leak' }),
    });
    const thrown = await client.readyTasks().catch((error) => error);
    expect(`${thrown.stack} ${JSON.stringify(thrown)} ${thrown.cause}`).not.toMatch(
      /agent-token|bad token|leak/,
    );
  }
});
