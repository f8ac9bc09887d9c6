import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';

/**
 * The secret's keys as environment variables, for the types whose script reads them there.
 *
 * Any name is passed on that an environment can hold, also one that bash cannot read, such as `db.password`:
 * Python and Node can. Refused are the names that the runner sets itself, and those that make the dynamic linker
 * or bash run code before the program does: a secret or a mapping has no business there.
 */
export function secretsAsEnvironment(secrets: SecretMap): SecretMap {
  for (const key of Object.keys(secrets)) {
    if (key === '' || /[=\0]/.test(key)) {
      throw new AgentError(
        'secrets-invalid',
        `The secret has the key ${JSON.stringify(key.slice(0, 100))}, which cannot be the name of an environment ` +
          'variable: it must not be empty nor hold "=". Rename the key in the secret.',
      );
    }
    if (RESERVED_NAME.test(key)) {
      throw new AgentError(
        'secrets-invalid',
        `The secret has the key ${key}, which would change how programs are started. Not allowed are PATH, HOME, ` +
          'TMPDIR, BASH_ENV, GLIBC_TUNABLES and what begins with LD_. Rename the key in the secret or its mapping.',
      );
    }
  }
  return secrets;
}

const RESERVED_NAME = /^(?:PATH|HOME|TMPDIR|BASH_ENV|GLIBC_TUNABLES|LD_.*)$/s;
