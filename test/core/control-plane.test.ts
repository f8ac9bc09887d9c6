import { describe, expect, test } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import type { ReportBody } from '../../core/execution.ts';
import type { Redacted } from '../../core/redaction/redacted.ts';
import { runopsApi } from '../../core/runops-api.ts';
import { connectedClient } from '../support/runops-client.ts';

const agent = {
  version: '1.2.3',
  hostname: 'host-1',
  jwkVerify: true,
  capabilities: ['bash', 'postgres'],
  instance: 'instance-1',
};

const body: ReportBody = {
  id: 7,
  status: 'failure',
  logs: 'no such table' as Redacted,
  uploaded: false,
  redacted: true,
  'elapsed-time-ms': 166,
  'log-size': 13,
  'exit-code': 3,
  reason: 'exited',
};

describe('the wire', () => {
  test('ready tasks are asked for with the provider, the status and the tags, and come as they are', async () => {
    const { api, client } = await connectedClient({ tags: 'prod & eu' });
    api.addTask({ id: 7, type: 'bash', 'secret-path': null });
    expect(await client.readyTasks()).toEqual([{ id: 7, type: 'bash', 'secret-path': null }]);
    expect(api.requests[0]).toMatchObject({
      method: 'GET',
      path: '/v2/tasks?runner_provider=runops&status=ready&tags=prod+%26+eu',
      headers: { authorization: `Bearer ${api.token}`, accept: 'application/json' },
    });
    expect(api.requests[0]?.headers).not.toHaveProperty('origin');
  });

  test('an agent without tags sends none', async () => {
    const { api, client } = await connectedClient({ tags: null });
    await client.readyTasks();
    expect(api.requests[0]?.path).toBe('/v2/tasks?runner_provider=runops&status=ready');
  });

  test('a base path and a slash at the end of API_URL are kept in order', async () => {
    const { settings } = await connectedClient();
    const seen: string[] = [];
    const fetch = async (url: string) => {
      seen.push(url);
      return Response.json([]);
    };
    await runopsApi({ ...settings, apiUrl: 'https://api.example.com/runops/', fetch }).readyTasks();
    expect(seen[0]).toMatch(/^https:\/\/api\.example\.com\/runops\/v2\/tasks\?/);
  });

  test('a lock is a POST without a body, from the origin agent, and gives the upload URL', async () => {
    const { api, client } = await connectedClient();
    api.addTask({ id: 7 });
    expect(await client.lock(7)).toEqual({
      outcome: 'granted',
      uploadUrl: expect.stringContaining(`${api.url}/uploads/7?`),
    });
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/tasks/7/lock',
      headers: { origin: 'agent', authorization: `Bearer ${api.token}`, 'content-length': '0' },
      body: '',
    });
  });

  test.each([
    ['kebab-case', '{"pre-signed-upload-url":"https://s3.example.com/x"}', 'https://s3.example.com/x'],
    ['null', '{"pre_signed_upload_url":null}', null],
    ['empty', '{"pre_signed_upload_url":""}', null],
    ['no key', '{}', null],
    ['no body', '', null],
    ['not JSON', '{:pre_signed_upload_url "https://s3.example.com/x"}', null],
  ])('a success of the lock is a lock, with the upload URL %s', async (_, answer, uploadUrl) => {
    const { settings } = await connectedClient();
    const client = runopsApi({ ...settings, fetch: async () => new Response(answer) });
    expect(await client.lock(7)).toEqual({ outcome: 'granted', uploadUrl });
  });

  test('a lock that somebody else has is refused', async () => {
    const { api, client } = await connectedClient();
    api.addTask({ id: 7 });
    await client.lock(7);
    expect(await client.lock(7)).toEqual({ outcome: 'refused' });
  });

  test('a result has exactly the seven keys while the server has not asked for more', async () => {
    const { api, client } = await connectedClient();
    api.addTask({ id: 7 });
    await client.register(agent);
    await client.report(body);
    const { 'exit-code': _, reason: __, ...seven } = body;
    expect(await api.resultOf(7)).toEqual(seven);
    expect(Object.keys(seven)).toHaveLength(7);
    expect(api.requests.at(-1)).toMatchObject({
      path: '/v1/webhooks',
      headers: { origin: 'agent', 'content-type': 'application/json' },
    });
  });

  test.each(['webhook_extensions', 'webhook-extensions'])(
    'a result has its extensions after %s',
    async (key) => {
      const { api, client } = await connectedClient({ registration: { [key]: true } });
      api.addTask({ id: 7 });
      await client.register(agent);
      await client.report(body);
      expect(await api.resultOf(7)).toEqual(body);
    },
  );
});

describe('extensions', () => {
  test('the registration says who the agent is and reads what the server says', async () => {
    const { api, client } = await connectedClient({
      registration: { id: 5, poll_interval_ms: 2000, new: 1 },
    });
    expect(await client.register(agent)).toEqual({
      id: '5',
      org: 'example',
      pollIntervalMs: 2000,
      webhookExtensions: false,
    });
    expect(api.registrations).toEqual([
      {
        tags: 'prod',
        version: '1.2.3',
        hostname: 'host-1',
        jwk_verify: true,
        capabilities: ['bash', 'postgres'],
        instance: 'instance-1',
      },
    ]);
  });

  test.each([
    [0, null],
    ['2000', null],
    [86_400_000, 60_000],
  ])('a poll interval of %j becomes %j', async (poll_interval_ms, pollIntervalMs) => {
    const { client } = await connectedClient({ registration: { poll_interval_ms } });
    expect(await client.register(agent)).toMatchObject({ pollIntervalMs });
  });

  test('another agent with the same tags is an error that says what to do', async () => {
    const { client } = await connectedClient();
    await client.register(agent);
    await client.register(agent);
    await expect(client.register({ ...agent, instance: 'instance-2' })).rejects.toMatchObject({
      code: 'agent-duplicate',
      retryable: false,
      message:
        'Another agent with the same TAGS ("prod") is connected. Give this agent other TAGS, or stop the other one.',
    });
  });

  test('kill requests are the ids of the tasks that the server lists', async () => {
    const { api, client } = await connectedClient();
    api.addTask({ id: 7 });
    await client.lock(7);
    expect(await client.killRequests()).toEqual([]);
    api.requestKill(7);
    expect(await client.killRequests()).toEqual([7]);
    expect(api.requests.at(-1)?.path).toBe(
      '/v2/tasks?runner_provider=runops&status=kill-requested&tags=prod',
    );
  });

  test('a server that ignores the status and lists the ready tasks again kills none of them', async () => {
    const { settings } = await connectedClient();
    const client = runopsApi({ ...settings, fetch: async () => Response.json([{ id: 7, type: 'bash' }]) });
    await client.readyTasks();
    expect(await client.killRequests()).toEqual([]);
  });

  test('progress carries redacted text', async () => {
    const { api, client } = await connectedClient();
    await client.progress(7, { sequence: 1, stream: 'stderr', text: 'half' as Redacted });
    expect(api.progress).toEqual([{ id: '7', sequence: 1, stream: 'stderr', text: 'half' }]);
  });

  test('a server that does not know an extension is asked only once for each', async () => {
    const { api, client } = await connectedClient({ extensions: false });
    for (const _ of [1, 2]) {
      expect(await client.register(agent)).toBeUndefined();
      expect(await client.killRequests()).toEqual([]);
      await client.progress(7, { sequence: 1, stream: 'stdout', text: 'x' as Redacted });
      expect(await client.readyTasks()).toEqual([]);
    }
    expect(api.requests.map(({ route }) => route)).toEqual([
      'register',
      'kill-requests',
      'progress',
      'ready',
      'ready',
    ]);
  });
});

describe('settings', () => {
  test.each([
    'api.runops.io',
    'ftp://api.example.com',
    'https://a:b@api.example.com',
    'https://x.example.com/?a=1',
    '',
  ])('API_URL %j is refused', async (apiUrl) => {
    const { settings } = await connectedClient();
    expect(() => runopsApi({ ...settings, apiUrl })).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    );
  });

  test.each(['', 'two words', 'line\nbreak'])(
    'the token %j is refused without being quoted',
    async (token) => {
      const { settings } = await connectedClient();
      const make = () => runopsApi({ ...settings, token });
      expect(make).toThrow(AgentError);
      if (token) expect(make).not.toThrow(token);
    },
  );
});
