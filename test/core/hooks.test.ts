import { describe, expect, it } from 'vitest';
import { askBefore, type HookTask, type HookVerdict } from '../../core/hooks.ts';
import { fakeClock } from '../support/fake-clock.ts';

const task: HookTask = {
  id: 7,
  type: 'postgres',
  target: 'orders',
  description: null,
  userEmail: 'ana@example.com',
  userGroups: null,
  script: 'select 1',
};

/** A hook written in JavaScript may answer with anything. */
const answering = (answer: unknown) => ({ before: () => answer as HookVerdict });

describe('the hook before a task', () => {
  it('lets the script run as it is by returning nothing', async () => {
    expect(await askBefore(answering(undefined), task, fakeClock())).toBe('select 1');
    expect(await askBefore({}, task, fakeClock())).toBe('select 1');
  });

  it('puts another script in place of the script, also an empty one', async () => {
    expect(await askBefore(answering({ script: 'select 2' }), task, fakeClock())).toBe('select 2');
    expect(await askBefore(answering({ script: '' }), task, fakeClock())).toBe('');
  });

  it('stops the task with its sentence', async () => {
    await expect(askBefore(answering({ stop: 'Not on Fridays.' }), task, fakeClock())).rejects.toMatchObject({
      code: 'policy-denied',
      message: 'Not on Fridays.',
      retryable: false,
    });
  });

  it('changes the script by its verdict alone, not by writing to what it is given', async () => {
    const before = (given: object) => {
      Object.assign(given, { script: 'drop table orders' });
    };
    expect(await askBefore({ before }, task, fakeClock())).toBe('select 1');
  });

  it.each([
    ['null', null],
    ['false', false],
    ['a text', 'select 2'],
    ['an object with nothing in it', {}],
    ['an empty sentence', { stop: '' }],
    ['a stop that is no sentence', { stop: true }],
    ['a script that is no text', { script: ['select 2'] }],
    ['two verdicts at once', { stop: 'No.', script: 'select 2' }],
    ['a key that is not known', { script: 'select 2', target: 'other' }],
    [
      'what throws when it is looked at',
      {
        get stop() {
          throw new Error('No.');
        },
      },
    ],
  ])('lets nothing run when it returns %s', async (_, answer) => {
    await expect(askBefore(answering(answer), task, fakeClock())).rejects.toMatchObject({
      message: expect.stringMatching(/^failed to run pre-hook, so the task was not started: /),
      retryable: false,
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('The list of changes is not there.');
      },
    ],
    ['rejects', () => Promise.reject(new Error('The list of changes is not there.'))],
  ])('lets nothing run when it %s', async (_, before) => {
    await expect(askBefore({ before }, task, fakeClock())).rejects.toMatchObject({
      code: 'config-invalid',
      message: 'failed to run pre-hook, so the task was not started: The list of changes is not there.',
      retryable: false,
    });
  });

  it('lets nothing run when it takes longer than ten seconds, and waits as long as that', async () => {
    const clock = fakeClock();
    const { promise, resolve } = Promise.withResolvers<HookVerdict>();
    const asked = askBefore({ before: () => promise }, task, clock).catch((thrown) => thrown.message);
    await clock.advance(10_000);
    expect(await asked).toMatch(/It took longer than 10 seconds\.$/);

    const patient = askBefore({ before: () => promise }, task, clock);
    await clock.advance(9_999);
    resolve({ script: 'select 2' });
    expect(await patient).toBe('select 2');
  });
});
