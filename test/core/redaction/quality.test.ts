import { describe, expect, it } from 'vitest';
import { measureQuality } from '../../../bench/redaction-corpus.ts';
import { goalsOf } from '../../../bench/redaction-quality.ts';

describe('the local detectors, over output as real tools print it', () => {
  for (const { infoType, values, recalled, findings, right, missed, wrong } of measureQuality()) {
    const { recall, precision } = goalsOf(infoType);

    it(`find at least ${recall} of ${values} ${infoType}, and ${precision} of what they find is one`, () => {
      expect(values, `no ${infoType} is in the corpus, but found: ${wrong}`).toBeGreaterThan(0);
      expect(recalled / values, `missed: ${missed}`).toBeGreaterThanOrEqual(recall);
      expect(right / findings, `wrong: ${wrong}`).toBeGreaterThanOrEqual(precision);
    });
  }
});
