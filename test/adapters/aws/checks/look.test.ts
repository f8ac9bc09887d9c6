import { describe, expect, it } from 'vitest';
import { lookAtAll } from '../../../../adapters/aws/checks/look.ts';
import { well } from '../../../../core/finding.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

describe('looking at everything', () => {
  it('waits for no check longer than it is told, and for each of them alone', async () => {
    const clock = fakeClock();
    const found = lookAtAll(
      [
        { name: 'slow', look: () => new Promise(() => {}) },
        { name: 'quick', look: async () => [well('quick', 'Fine.')] },
      ],
      { clock, secondsMax: 25 },
    );
    await clock.advance(25_000);
    expect(await found).toMatchObject([
      { check: 'slow', state: 'unknown', sentence: 'It was not answered within 25 s.' },
      { check: 'quick', state: 'well' },
    ]);
  });

  it('survives a check that throws, and quotes nothing of what it threw', async () => {
    const look = () => Promise.reject(new TypeError('secret-value'));
    const [finding] = await lookAtAll([{ name: 'broken', look }], { clock: fakeClock(), secondsMax: 25 });
    expect(finding).toMatchObject({ check: 'broken', state: 'unknown' });
    expect(JSON.stringify(finding)).not.toContain('secret-value');
  });
});
