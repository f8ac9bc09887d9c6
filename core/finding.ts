/** What one look at the installation found; `runops doctor` and the preflight of a deployment say the same. */
export interface Finding {
  /** What was looked at, such as `agent token` or `secret of the target orders`. */
  readonly check: string;
  /**
   * `weak`: it works, and could be better. `unknown`: it could not be looked at, and `sentence` says why.
   */
  readonly state: 'well' | 'weak' | 'ill' | 'unknown';
  /** What there is, in one sentence that holds no secret. */
  readonly sentence: string;
  /** What to do about it, in one sentence; null when it is well. */
  readonly remedy: string | null;
}

export function well(check: string, sentence: string): Finding {
  return { check, state: 'well', sentence, remedy: null };
}

export function weak(check: string, sentence: string, remedy: string): Finding {
  return { check, state: 'weak', sentence, remedy };
}

export function ill(check: string, sentence: string, remedy: string): Finding {
  return { check, state: 'ill', sentence, remedy };
}

export function unknown(check: string, sentence: string, remedy: string): Finding {
  return { check, state: 'unknown', sentence, remedy };
}

/** What is ill by the message of one of our errors, which says what happened first and then what to do. */
export function illBy(check: string, message: string): Finding {
  const [, sentence = message, remedy = 'See docs/doctor.md.'] =
    /^(.+?\.)\s+(\p{Lu}.*)$/su.exec(message) ?? [];
  return ill(check, sentence, remedy);
}

/** The sentences for those who have to act: of what is ill, or of all that is not well. */
export function explainFindings(findings: readonly Finding[]): string {
  return findings
    .filter(({ state }) => state !== 'well')
    .map(({ sentence, remedy }) => (remedy ? `${sentence} ${remedy}` : sentence))
    .join(' ');
}
