import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSelfTest, judgeSelfTest, selfTestId, selfTestSpec, taskIdOf } from '../../core/self-test.ts';
import { idOf } from '../../core/task.ts';

const planted = '4111111111111111';

describe('a self-test', () => {
  it('has an id that a task could have, whatever the nonce is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (nonce) => {
        const id = selfTestId(nonce);
        expect(isSelfTest(id)).toBe(true);
        expect(idOf({ id })).toBe(id);
      }),
    );
    expect(selfTestId('0c6f2b4e-6f1a-4c55-9d2e-111122223333')).not.toBe(
      selfTestId('0c6f2b4e-6f1a-4c55-9d2e-0'),
    );
  });

  it('is known by the beginning of its id alone', () => {
    expect(['self-test-', 'self-test-7'].map(isSelfTest)).toEqual([true, true]);
    expect([7, 'self-test', 'my-self-test-7', 'Self-Test-7'].map(isSelfTest)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('has a script that does not hold the number whole, and limits of its own', () => {
    const spec = selfTestSpec('self-test-1', 1_000);
    expect(JSON.stringify(spec)).not.toContain(planted);
    expect(spec).toMatchObject({
      redact: 'all',
      runSecondsMax: 60,
      startBefore: 601_000,
      renderScript: false,
    });
    expect(selfTestSpec('self-test-2', 1_000).script).toBe(spec.script);
  });
});

describe('the id of a task', () => {
  const record = (input: unknown) => ({ receivedAt: 0, input });

  it('is what its record says', () => {
    expect(taskIdOf('7', record({ id: 7 }))).toBe(7);
    expect(taskIdOf('7', record({}))).toBeUndefined();
    expect(taskIdOf('7', undefined)).toBeUndefined();
  });

  it('is that of its execution when it is a self-test, which needs a record all the same', () => {
    expect(taskIdOf('self-test-1', record({ id: 7 }))).toBe('self-test-1');
    expect(taskIdOf('self-test-1', undefined)).toBeUndefined();
    expect(taskIdOf('7', record({ id: 'self-test-1' }))).toBeUndefined();
  });
});

describe('the verdict', () => {
  const findings = { CREDIT_CARD_NUMBER: 2 };

  it('never quotes the planted number, however it is written', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('', ' ', '-', '.', '\n'),
        fc.string(),
        (before, mark, after) => {
          const written = planted.match(/.{4}/g)?.join(mark) ?? '';
          const log = `${before.replaceAll(/\d/g, '')}${written}${after}`;
          for (const status of ['success', 'failure', undefined] as const) {
            const sentence = judgeSelfTest({ log, findings, status }) ?? '';
            expect(sentence).toMatch(/^its output came back unredacted/);
            expect(sentence.replaceAll(/\D/g, '')).not.toContain(planted);
          }
        },
      ),
    );
  });

  it('tells what a log that says nothing says', () => {
    expect(judgeSelfTest({ log: ' \n', findings, status: 'failure' })).toMatch(/Its log says: nothing$/);
  });
});
