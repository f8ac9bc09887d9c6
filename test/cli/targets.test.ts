import { describe, expect, it } from 'vitest';
import { fakeUserApi } from '../support/fake-user-api.ts';
import { builtRunops, runRunops, runtimes, serverEnv } from './run-runops.ts';

const runops = builtRunops();

const orders = {
  name: 'orders',
  type: 'postgres',
  status: 'active',
  tags: null,
  redact: 'all',
  review_type: 'team',
  secret_provider: 'aws',
  secret_path: 'prod/orders',
};

describe.each(runtimes())('runops targets, with $name', ({ node }) => {
  const run = (url: string, args: string[], input?: string) =>
    runRunops(runops, ['targets', ...args], { node, env: serverEnv(url), ...(input ? { input } : {}) });

  it('create sends what the guide documents, under the names of the API', async () => {
    await using api = await fakeUserApi({ 'POST /v1/targets': { status: 201, body: orders } });
    const { code, stdout } = await run(api.url, [
      ...['create', '--name', 'orders', '--type', 'postgres', '--message', 'All orders', '--tags', 'prod'],
      ...['--redact', 'all', '--review', 'team', '--reviewers', 'DBA,SRE', '--channel', 'ops'],
      ...['--groups', 'dev, ops', '--secret_provider', 'aws', '--secret-path', 'prod/orders'],
      ...[
        '--secret_mapping',
        '{"PG_HOST": "PG_HOSTNAME"}',
        '--custom-command',
        'psql',
        '--runner_provider',
        'runops',
        '--override_type=true',
      ],
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Target orders is created.\n' });
    expect(api.received[0]?.body).toEqual({
      name: 'orders',
      type: 'postgres',
      message: 'All orders',
      tags: 'prod',
      redact: 'all',
      review_type: 'team',
      reviewers: 'DBA,SRE',
      channel_name: 'ops',
      groups: ['dev', 'ops'],
      secret_provider: 'aws',
      secret_path: 'prod/orders',
      secret_mapping: '{"PG_HOST": "PG_HOSTNAME"}',
      custom_command: 'psql',
      runner_provider: 'runops',
      override_type: true,
    });
  });

  it('create drops what is empty', async () => {
    await using api = await fakeUserApi({ 'POST /v1/targets': { status: 201, body: orders } });
    await run(api.url, ['create', '--name', 'orders', '--type', 'postgres', '--tags', '']);
    expect(api.received[0]?.body).toEqual({ name: 'orders', type: 'postgres' });
  });

  it('create reads a secret from standard input, so that it is in no history and no list of processes', async () => {
    await using api = await fakeUserApi({ 'POST /v1/targets': { status: 201, body: orders } });
    await run(
      api.url,
      ['create', '--name', 'orders', '--type', 'postgres', '--config', '@-'],
      '{"PG_PORT": 5432}',
    );
    expect(api.received[0]?.body).toMatchObject({ config: '{"PG_PORT": 5432}' });
  });

  it('update sends only what changes, and clears what is empty', async () => {
    await using api = await fakeUserApi({ 'PUT /v1/targets': { body: orders } });
    const { code, stdout } = await run(api.url, ['update', '--name=orders', '--status=inactive', '--tags=']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Target orders is updated.\n' });
    expect(api.received[0]?.body).toEqual({ name: 'orders', status: 'inactive', tags: null });
  });

  it('list prints an aligned table and passes its filters on', async () => {
    const target = {
      ...orders,
      name: 'a\nb',
      type: 'bash',
      review_type: 'none',
      secret_provider: null,
      tags: 'ç',
    };
    await using api = await fakeUserApi({
      'GET /v1/targets': { body: [orders, { ...target, secret_path: null }] },
    });
    const { stdout } = await run(api.url, ['list', '--status', 'all', '--type', 'bash', '--limit', '2']);
    expect(stdout).toBe(
      'NAME    TYPE      STATUS  TAGS  REDACT  REVIEW  SECRET\n' +
        'orders  postgres  active  -     all     team    aws prod/orders\n' +
        'a b     bash      active  ç     all     none    -\n',
    );
    expect(api.received[0]?.query).toEqual({ status: 'all', type: 'bash', limit: '2' });
  });

  it('list prints nothing when there are none, and says so', async () => {
    await using api = await fakeUserApi({ 'GET /v1/targets': { body: [] } });
    expect(await run(api.url, ['list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'There are no such targets.\n',
    });
  });

  it.each([['list'], ['create'], ['update']])(
    '%s prints the JSON of the server with --json',
    async (verb) => {
      const answer = { body: [{ ...orders, unknown: { kept: true } }] };
      const calls = { 'GET /v1/targets': answer, 'POST /v1/targets': answer, 'PUT /v1/targets': answer };
      await using api = await fakeUserApi(calls);
      const flags = verb === 'list' ? [] : ['--name', 'a', '--type', 'bash'];
      const { stdout } = await run(api.url, [verb, ...flags, '--json']);
      expect(JSON.parse(stdout)).toEqual(answer.body);
    },
  );
});

describe.each(runtimes())('runops agents, with $name', ({ node }) => {
  const run = (url: string, ...args: string[]) =>
    runRunops(runops, ['agents', ...args], { node, env: serverEnv(url) });

  it('list prints both shapes that servers use', async () => {
    const agent = { subscription_name: 'host-1', tags: 'prod', app_version: '1.2.3', status: 'UP' };
    await using api = await fakeUserApi({ 'GET /v1/agents': { body: [agent, 'host-2:dev'] } });
    expect((await run(api.url, 'list')).stdout).toBe(
      'NAME    TAGS  STATUS  VERSION\nhost-1  prod  UP      1.2.3\nhost-2  dev   -       -\n',
    );
  });

  it('create-token -f prints the new token and nothing else', async () => {
    await using api = await fakeUserApi({
      'POST /v1/agents/token': { status: 201, body: { token: 'new-token' } },
    });
    expect(await run(api.url, 'create-token', '-f')).toEqual({ code: 0, stdout: 'new-token\n', stderr: '' });
  });

  it('create-token changes nothing when there is nobody to ask', async () => {
    await using api = await fakeUserApi({});
    const { code, stderr } = await run(api.url, 'create-token');
    expect(code).toBe(2);
    expect(stderr).toContain('Add -f');
    expect(api.received).toEqual([]);
  });
});
