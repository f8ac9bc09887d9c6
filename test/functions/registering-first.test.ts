import { expect, it } from 'vitest';
import type { ReportBody } from '../../core/execution.ts';
import type { Redacted } from '../../core/redaction/redacted.ts';
import { registeringFirst } from '../../functions/reporter/registering-first.ts';
import { fakeClock } from '../support/fake-clock.ts';
import type { FakeRunopsApiOptions } from '../support/fake-runops-api.ts';
import { connectedClient } from '../support/runops-client.ts';

const description = {
  version: '1',
  hostname: 'h',
  jwkVerify: false,
  capabilities: ['bash'],
  instance: 'one',
};

async function reporting(options: FakeRunopsApiOptions = { registration: { webhook_extensions: true } }) {
  const connected = await connectedClient(options);
  const { api, client } = connected;
  const clock = fakeClock();
  const failures: unknown[] = [];
  const log = { info() {}, error: (_: string, fields?: object) => void failures.push(fields) };
  const controlPlane = registeringFirst(client, { description, clock, log });
  const report = async (id: number) => {
    api.addTask({ id });
    await controlPlane.report(bodyOf(id));
    return api.resultOf(id);
  };
  return { api, clock, failures, report };
}

const bodyOf = (id: number): ReportBody => ({
  ...{ id, status: 'failure', logs: 'no such file' as Redacted, uploaded: false, redacted: true },
  ...{ 'elapsed-time-ms': 5, 'log-size': 12, 'exit-code': 3, reason: 'exited' },
});

it('sends the exit code and the reason to an API that knows them, and asks it once', async () => {
  const { api, report } = await reporting();
  expect(await report(1)).toMatchObject({ 'exit-code': 3, reason: 'exited' });
  expect(await report(2)).toMatchObject({ 'exit-code': 3, reason: 'exited' });
  expect(api.registrations).toHaveLength(1);
});

it('sends neither to an older API', async () => {
  const { report } = await reporting({ extensions: false });
  const result = await report(1);
  expect(result).not.toHaveProperty('exit-code');
  expect(result).not.toHaveProperty('reason');
});

it.each([409, 401, 500] as const)(
  'reports all the same when the registration fails with %i',
  async (status) => {
    const { api, clock, failures, report } = await reporting();
    // As often as the client tries what may pass.
    api.misbehave('register', { answer: status, times: status === 500 ? 5 : 1 });
    expect(await report(1)).not.toHaveProperty('reason');
    expect(failures).toHaveLength(1);
    expect(await report(2)).not.toHaveProperty('reason');
    await clock.advance(60_000);
    expect(await report(3)).toHaveProperty('reason');
    expect(failures).toHaveLength(1);
  },
);

it('reports all the same while the registration has no answer', async () => {
  const { api, clock, report } = await reporting();
  api.misbehave('register', { answer: 'hang' });
  const reported = report(1);
  await clock.asleep();
  await clock.advance(5_000);
  expect(await reported).not.toHaveProperty('reason');
});
