import type { Detector } from '../../../core/redaction/detector.ts';
import { type Findings, redactor } from '../../../core/redaction/redactor.ts';
import { bytesOf, cutInto, framesOf } from '../../core/redaction/redacting.ts';

/** What a redactor with this detector let out, and what it threw, if it did. */
export async function emitted(detector: Detector, text: string) {
  const findings: Findings = new Map();
  const bytes = bytesOf(text);
  const cuts = Array.from({ length: bytes.length >> 16 }, (_, index) => (index + 1) << 16);
  const frames = framesOf(cutInto(bytes, cuts));
  let out = '';
  let error: unknown;
  try {
    for await (const chunk of redactor({ detectors: [detector] }).output(frames, findings)) out += chunk.text;
  } catch (thrown) {
    error = thrown;
  }
  return { out, error, findings: Object.fromEntries(findings) };
}
