import { measureQuality } from './redaction-corpus.ts';
import type { BenchRow } from './row.ts';

/** What is told by its form, so that nearly every one must be found, and nearly nothing else. */
const STRUCTURED =
  /^(?:CREDIT_CARD|IBAN|EMAIL|US_SOCIAL|US_INDIVIDUAL|BRAZIL|AWS|GCP|AUTH_TOKEN|JSON_WEB|ENCRYPTION_KEY)/;

export function goalsOf(infoType: string): { recall: number; precision: number } {
  return STRUCTURED.test(infoType) ? { recall: 0.99, precision: 0.97 } : { recall: 0.9, precision: 0.9 };
}

/** Recall (`value`) and precision (`baseline`) of the local detectors over the corpus, per info type. */
export async function benchRedactionQuality(): Promise<BenchRow[]> {
  return measureQuality().map(({ infoType, values, recalled, findings, right }) => {
    const goals = goalsOf(infoType);
    return {
      name: `redaction quality ${infoType}`,
      value: `recall ${share(recalled, values)} of ${values}`,
      baseline: `precision ${share(right, findings)} of ${findings}`,
      ratio: '',
      goal: `recall ${goals.recall}, precision ${goals.precision}`,
    };
  });
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(3);
}

if (import.meta.main) console.table(await benchRedactionQuality());
