import type { SecretMap } from './ports.ts';
import { isPublicName, isSecretName } from './secret-names.ts';
import { secretsWithin } from './secrets-within.ts';
import { metadataKeys } from './task-metadata.ts';

/**
 * The texts that must be masked in all output: the values of the secret that are no plain settings, and the secrets
 * that lie inside a value, such as the password of a URI. Longest first, each once.
 *
 * `publicKeys` are the integration's. What has fewer than four characters is never masked: it would be everywhere.
 */
export function secretValues(secrets: SecretMap, publicKeys: readonly string[]): string[] {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(secrets)) {
    for (const text of textsOf(key, value, publicKeys)) {
      if (text.length >= MASKED_CHARACTERS_MIN) found.add(text);
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

/** Whether a value must not be seen by others, however short it is: in arguments, for one, where nothing masks it. */
export function isSecret(key: string, value: string, publicKeys: readonly string[]): boolean {
  if (value === '' || isMetadata(key)) return false;
  const named = isSecretName(key) && !publicKeys.includes(key);
  return named || secretValues({ [key]: value }, publicKeys).length > 0;
}

const MASKED_CHARACTERS_MIN = 4;
/** Shorter values are settings when they are plain words or numbers: `prod`, `3306`, `true`. */
const PLAIN_CHARACTERS_MAX = 7;
/** A line of a key is a secret of its own, because a script may print a part of it; a short one is not telling. */
const LINE_CHARACTERS_MIN = 16;

function* textsOf(key: string, value: string, publicKeys: readonly string[]): Generator<string> {
  if (isMetadata(key)) return;
  for (const inner of secretsWithin(value)) {
    if (inner.key === null) yield inner.value;
    else yield* textsOf(inner.key || key, inner.value, publicKeys);
  }
  if (publicKeys.includes(key) || isPublicName(key)) return;
  if (isPlain(value) && !isSecretName(key)) return;

  yield value;
  yield value.trim();
  const lines = value.split('\n').map((line) => line.trim());
  yield* lines.filter((line) => line.length >= LINE_CHARACTERS_MIN && !PEM_BOUNDARY.test(line));
}

const PEM_BOUNDARY = /^-----(?:BEGIN|END) /;

function isPlain(value: string): boolean {
  return value.length <= PLAIN_CHARACTERS_MAX && /^(?:[A-Za-z]+|\d+)$/.test(value);
}

function isMetadata(key: string): boolean {
  return metadataKeys.some((metadataKey) => metadataKey === key);
}
