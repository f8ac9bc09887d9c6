import type { Redacted } from './redacted.ts';

/** Redacted pieces, one after the other, are redacted too. */
export function joinRedacted(pieces: readonly Redacted[]): Redacted {
  return pieces.join('') as Redacted;
}

/** The start of a redacted text, at most `charactersMax` UTF-16 units long; never half a character. */
export function startOf(text: Redacted, charactersMax: number): Redacted {
  const start = text.slice(0, charactersMax);
  return (
    /[\uD800-\uDBFF]$/.test(start) && start.length < text.length ? start.slice(0, -1) : start
  ) as Redacted;
}
