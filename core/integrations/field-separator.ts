import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';

/** FIELD_SEPARATOR of the secret, where `\t` may stand for a tab. */
export function fieldSeparator(secrets: SecretMap, fallback: string): string {
  return (secrets.FIELD_SEPARATOR || fallback).replaceAll('\\t', '\t');
}

/** FIELD_SEPARATOR for CSV: what psql allows holds for every type, and no reader of CSV takes more. */
export function csvSeparator(secrets: SecretMap): string {
  const separator = fieldSeparator(secrets, ',');
  if (/^[^"\r\n\0\x80-\uffff]$/.test(separator)) return separator;
  throw new AgentError(
    'secrets-invalid',
    `FIELD_SEPARATOR is ${JSON.stringify(separator)}; CSV needs one ASCII character that is no quote and no line ` +
      'break, such as "," or ";" or "\\t". Change it in the secret.',
  );
}
