import type { Detector } from '../../../core/redaction/detector.ts';
import { type Findings, redactor } from '../../../core/redaction/redactor.ts';
import { bytesOf, framesOf } from '../../core/redaction/redacting.ts';

/** What a redactor with this detector let out, and what it threw, if it did. */
export async function emitted(detector: Detector, text: string) {
  const findings: Findings = new Map();
  const frames = framesOf([{ stream: 'stdout' as const, bytes: bytesOf(text) }]);
  let out = '';
  let error: unknown;
  try {
    for await (const chunk of redactor({ detectors: [detector] }).output(frames, findings)) out += chunk.text;
  } catch (thrown) {
    error = thrown;
  }
  return { out, error, findings: Object.fromEntries(findings) };
}
