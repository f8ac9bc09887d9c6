import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutputFrame } from '../../../core/output.ts';
import type { Detector } from '../../../core/redaction/detector.ts';
import type { Finding, Findings } from '../../../core/redaction/finding.ts';
import { redactor } from '../../../core/redaction/redactor.ts';
import { chooseSeed } from '../../support/seeded-random.ts';
import { bytesOf, cutInto, redactFrames } from './redacting.ts';

/** A service that finds the word "Zanzibar", also over a line's end; it notes what it was shown. */
function zanzibarService(windowCharactersMax: number) {
  const shown: string[] = [];
  const detector: Detector = {
    name: 'a service',
    windowCharactersMax,
    async find(text) {
      shown.push(text);
      return [...text.matchAll(/Zan\n?zi\n?bar/g)].map(
        ({ index, 0: word }): Finding => ({ start: index, end: index + word.length, infoType: 'LOCATION' }),
      );
    },
  };
  return { detector, shown };
}

const finding = (find: Detector['find']): Detector => ({
  name: 'a service',
  windowCharactersMax: 4096,
  find,
});
const through = (detector: Detector, frames: OutputFrame[], findings?: Findings) =>
  redactFrames(frames, redactor({ detectors: [detector] }), findings);
const stdout = (text: string): OutputFrame => ({ stream: 'stdout', bytes: bytesOf(text) });

describe('a detector outside', () => {
  it('is shown what the local detectors have left, and never what they found', async () => {
    const { detector, shown } = zanzibarService(4096);
    const findings: Findings = new Map();
    const { both } = await through(detector, [stdout('ana@example.com in Zanzibar\n')], findings);
    expect(both).toBe('[EMAIL_ADDRESS] in [LOCATION]\n');
    expect(shown).toEqual(['[EMAIL_ADDRESS] in Zanzibar\n']);
    expect(Object.fromEntries(findings)).toEqual({ EMAIL_ADDRESS: 1, LOCATION: 1 });
  });

  it('is never shown more than it takes, and misses nothing at the edges of its windows', async () => {
    const seed = chooseSeed();
    console.log(`external windows: seed ${seed}`);
    const word = fc.constantFrom(
      'Zanzibar',
      'Zanzi\nbar',
      'word',
      'a',
      '\n',
      '😀',
      'Zan',
      'longer-than-usual',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { maxLength: 150 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.integer({ min: 64, max: 400 }),
        async (words, cuts, windowMax) => {
          const text = words.join(' ');
          const { detector, shown } = zanzibarService(windowMax);
          const { both } = await through(detector, cutInto(bytesOf(text), cuts));
          expect(both).toBe(text.replaceAll(/Zan\n?zi\n?bar/g, '[LOCATION]'));
          for (const window of shown) expect(window.length).toBeLessThanOrEqual(windowMax);
        },
      ),
      { seed, numRuns: 400 },
    );
  });

  it('leaves both streams in their order', async () => {
    const { detector } = zanzibarService(128);
    const frames = Array.from(
      { length: 60 },
      (_, index): OutputFrame => ({
        stream: index % 3 === 0 ? 'stderr' : 'stdout',
        bytes: bytesOf(`line ${index} of Zanzibar\n`),
      }),
    );
    const { both } = await through(detector, frames);
    expect(both).toBe(Array.from({ length: 60 }, (_, index) => `line ${index} of [LOCATION]\n`).join(''));
  });

  it('takes a whole label with it when it finds a part of one', async () => {
    const half = finding(async (text) => [
      { start: 0, end: text.indexOf('[EMAIL') + 4, infoType: 'PERSON_NAME' },
    ]);
    expect((await through(half, [stdout('Ana ana@example.com!\n')])).both).toBe('[PERSON_NAME]!\n');
  });

  it('that fails lets nothing out', async () => {
    const failing = finding(async () => {
      throw new Error('quota');
    });
    await expect(through(failing, [stdout('text\n')])).rejects.toMatchObject({ code: 'redaction-failed' });
  });

  it.each([
    { start: -1, end: 2 },
    { start: 0, end: 99 },
    { start: 3, end: 1 },
    { start: 0.5, end: 2 },
  ])('that finds something at %o of five characters is not trusted', async (where) => {
    const lying = finding(async () => [{ ...where, infoType: 'LOCATION' }]);
    await expect(through(lying, [stdout('text\n')])).rejects.toMatchObject({ code: 'redaction-failed' });
  });
});
