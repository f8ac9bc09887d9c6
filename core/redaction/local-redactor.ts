import { type Redactor, type RedactorOptions, redactor } from './redactor.ts';

/** Redacts with the detectors of this process alone: no service, no key, and nothing leaves. */
export function localRedactor(options: RedactorOptions = {}): Redactor {
  return redactor({ ...options, detectors: [] });
}

/**
 * Removes nothing: for targets where the customer's own policy allows output as it is. The runner has masked the
 * values of the target's secrets before, and invalid UTF-8 is still mended.
 */
export function secretsOnlyRedactor(): Redactor {
  return localRedactor({ localDetectors: [] });
}
