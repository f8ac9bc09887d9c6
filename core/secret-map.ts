import { AgentError } from './errors.ts';
import type { SecretMap } from './ports.ts';

/**
 * Reads a secret: a JSON object as text, from whichever store.
 * @throws AgentError `secrets-invalid` with `problem` as its message. The parser's own message would quote the secret.
 */
export function parseSecretMap(text: string, problem: string): SecretMap {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  return toSecretMap(parsed, problem);
}

/** The same for a secret that is no text any more. Numbers and booleans become text, objects JSON; null is left out. */
export function toSecretMap(value: unknown, problem: string): SecretMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AgentError('secrets-invalid', problem);
  }
  const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, typeof entry === 'string' ? entry : JSON.stringify(entry)]),
  );
}

/** For messages: what a secret looks like. */
export const secretExample =
  '{"PG_HOST": "db.example.com", "PG_USER": "app", "PG_PASS": "…", "PG_DB": "shop"}';
