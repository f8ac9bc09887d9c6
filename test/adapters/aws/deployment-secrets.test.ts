import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { parseAgentToken } from '../../../adapters/aws/agent-token.ts';
import { cached } from '../../../adapters/aws/cached.ts';
import { controlPlaneByToken } from '../../../adapters/aws/control-plane.ts';
import { readSecret } from '../../../adapters/aws/read-secret.ts';
import { memoryControlPlane } from '../../../adapters/memory/control-plane.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:runops-token';

function reading() {
  const client = new SecretsManagerClient({ region: 'eu-west-1' });
  const mock = mockClient(client);
  return { mock, read: () => readSecret(client, arn, 'The agent token') };
}

describe('a secret of the deployment', () => {
  it('is its text', async () => {
    const { mock, read } = reading();
    mock.on(GetSecretValueCommand, { SecretId: arn }).resolves({ SecretString: 'the-text' });
    expect(await read()).toBe('the-text');
  });

  it.each([
    [new ResourceNotFoundException({ message: 'x', $metadata: { httpStatusCode: 400 } }), /does not exist/],
    [Object.assign(new Error('x'), { name: 'AccessDeniedException' }), /was denied/],
  ])('that cannot be read is named in one sentence with the remedy: %s', async (failure, words) => {
    const { mock, read } = reading();
    mock.on(GetSecretValueCommand).rejects(failure);
    await expect(read()).rejects.toMatchObject({
      code: 'config-invalid',
      retryable: false,
      message: expect.stringMatching(words),
    });
    await expect(read()).rejects.toThrow(`The agent token cannot be read.`);
    await expect(read()).rejects.toThrow(arn);
  });

  it('without a text is refused', async () => {
    const { mock, read } = reading();
    mock.on(GetSecretValueCommand).resolves({});
    await expect(read()).rejects.toThrow('has no text');
  });
});

describe('the agent token', () => {
  it.each(['xyz-1', ' xyz-1\n', '{"TOKEN": "xyz-1"}', '{"token": "xyz-1", "note": "of prod"}'])(
    'is in %j',
    (text) => {
      expect(parseAgentToken(text)).toBe('xyz-1');
    },
  );

  it.each(['', '{"Token": "hunter2"}', '{"TOKEN": ""}', 'hunter2 hunter2', '{hunter2'])(
    'is not in %j, and the message does not quote it',
    (text) => {
      expect(() => parseAgentToken(text)).toThrow(/Store the token alone, or as JSON/);
      expect(() => parseAgentToken(text)).not.toThrow(/hunter2/);
    },
  );
});

describe('what is cached', () => {
  it('is read once for all who ask, and again when its time is over', async () => {
    const clock = fakeClock();
    let reads = 0;
    const value = cached(async () => ++reads, 60, clock);
    expect(await Promise.all([value(), value(), value()])).toEqual([1, 1, 1]);
    await clock.advance(59_999);
    expect(await value()).toBe(1);
    await clock.advance(1);
    expect(await value()).toBe(2);
  });

  it('does not outlive its time when it cannot be read again, and a failure is not kept', async () => {
    const clock = fakeClock();
    const answers: (() => string)[] = [
      () => 'old policy',
      () => {
        throw new Error('no answer');
      },
      () => 'new policy',
    ];
    const value = cached(async () => answers.shift()?.(), 60, clock);
    expect(await value()).toBe('old policy');
    await clock.advance(60_000);
    await expect(value()).rejects.toThrow('no answer');
    expect(await value()).toBe('new policy');
  });
});

it('a rotated token has a client of its own', async () => {
  const tokens = ['first', 'first', 'second', 'second'];
  const made: string[] = [];
  const plane = controlPlaneByToken(
    async () => tokens.shift() ?? '',
    (token) => {
      made.push(token);
      return memoryControlPlane();
    },
  );
  for (let poll = 0; poll < 4; poll++) await plane.readyTasks();
  expect(made).toEqual(['first', 'second']);
});
