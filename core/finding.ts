/** What one look at the installation found; `runops doctor` and the preflight of a deployment say the same. */
export interface Finding {
  /** What was looked at, such as `agent token` or `secret of the target orders`. */
  readonly check: string;
  /** `unknown`: it could not be looked at, and `sentence` says why. */
  readonly state: 'well' | 'ill' | 'unknown';
  /** What there is, in one sentence that holds no secret. */
  readonly sentence: string;
  /** What to do about it, in one sentence; null when it is well. */
  readonly remedy: string | null;
}

/** The sentences for those who have to act: of what is ill, or of all that is not well. */
export function explainFindings(findings: readonly Finding[]): string {
  return findings
    .filter(({ state }) => state !== 'well')
    .map(({ sentence, remedy }) => (remedy ? `${sentence} ${remedy}` : sentence))
    .join(' ');
}
