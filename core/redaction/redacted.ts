import { type Finding, type Findings, unionOf } from './finding.ts';
import { type Transformations, transform } from './transformations.ts';

declare const brand: unique symbol;

/**
 * Text that may leave the customer's account. Only `removeFindings` makes it of raw text, so raw text does not compile
 * as anything that is posted, stored as a log or shown.
 */
export type Redacted = string & { readonly [brand]: 'redacted' };

/**
 * The text from `from` to `to` without what was found in it. Findings that overlap are removed together, under the name
 * of the one that begins first, or of the longest of those. Counts them into `findings`.
 */
export function removeFindings(
  text: string,
  found: readonly Finding[],
  options: { transformations: Transformations; findings: Findings; from: number; to: number },
): Redacted {
  const { transformations, findings, from, to } = options;
  let redacted = '';
  let at = from;
  for (const { start, end, infoType, continued } of unionOf(found)) {
    if (end <= at || start >= to) continue;
    const first = Math.max(start, at);
    redacted += text.slice(at, first);
    at = Math.min(end, to);
    redacted += transform(text.slice(first, at), infoType, transformations, continued);
    if (continued) continue;
    findings.set(infoType, (findings.get(infoType) ?? 0) + 1);
  }
  return (redacted + text.slice(at, to)) as Redacted;
}
