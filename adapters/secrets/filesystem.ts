import { readFile } from 'node:fs/promises';
import { AgentError } from '../../core/errors.ts';
import type { Secrets } from '../../core/ports.ts';
import { secretExample, toSecretMap } from '../../core/secret-map.ts';
import { secretPath } from './secret-path.ts';

/** Secrets in one JSON file: an object with a secret under each name. It is read anew each time. */
export function filesystemSecrets(file: string): Secrets {
  return {
    async fetch(reference) {
      const path = secretPath(reference, `the name of an entry in the file ${file}`);
      const fail = (why: string, cause?: unknown) =>
        new AgentError(
          'secrets-invalid',
          `Failed to read filesystem secret '${path}': ${why}. The file is like {"${path}": ${secretExample}}.`,
          { cause },
        );

      const entries = parseFile(await read(file, fail));
      if (!entries) throw fail(`${file} is not a JSON object`);
      if (!Object.hasOwn(entries, path)) throw fail(`${file} has no such entry`);
      return toSecretMap(entries[path], fail(`its entry in ${file} is not a JSON object`).message);
    },
  };
}

async function read(file: string, fail: (why: string, cause: unknown) => AgentError): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'unknown error';
    throw fail(`${file} cannot be read (${code})`, cause);
  }
}

/** Undefined for what is no JSON object. The parser's own error would quote the secrets, so it ends here. */
function parseFile(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
