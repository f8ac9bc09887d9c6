import * as z from 'zod/mini';
import { AgentError, messageOf } from './errors.ts';
import type { Spec } from './execution.ts';
import type { SecretMap } from './ports.ts';

/**
 * Adds keys to the secret under other names: `{"MYSQL_HOST": "MYSQL_HOSTNAME"}` gives MYSQL_HOST the value of
 * MYSQL_HOSTNAME. The secret's own keys stay, and nothing or an empty text maps nothing.
 */
export function addMappedSecrets(
  secrets: SecretMap,
  { secretMapping, taskId }: Pick<Spec, 'secretMapping' | 'taskId'>,
): SecretMap {
  if (secretMapping === null || secretMapping.trim() === '') return secrets;

  const fail = (why: string) => {
    const mapping = secretMapping.slice(0, SHOWN_CHARACTERS_MAX);
    return new AgentError(
      'secrets-invalid',
      `failed reading secret-mapping config. task=${taskId}, mapping=${mapping}, err=${why}. ` +
        'Correct the secret mapping of the target: a JSON object such as {"WANTED_KEY": "KEY_IN_SECRET"}.',
    );
  };

  const mapped = Object.entries(parseMapping(secretMapping, fail)).map(([wanted, source]) => {
    if (Object.hasOwn(secrets, source)) return [wanted, secrets[source]];
    throw fail(`the secret has no key ${source}; it has: ${Object.keys(secrets).join(', ') || 'none'}`);
  });
  return { ...secrets, ...Object.fromEntries(mapped) };
}

const SHOWN_CHARACTERS_MAX = 500;
const mappingSchema = z.record(z.string().check(z.minLength(1)), z.string());

function parseMapping(text: string, fail: (why: string) => AgentError): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw fail(messageOf(cause));
  }
  const mapping = mappingSchema.safeParse(parsed);
  if (mapping.success) return mapping.data;
  throw fail('not an object whose keys and values are names of keys');
}
