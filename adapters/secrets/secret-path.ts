import { AgentError } from '../../core/errors.ts';
import type { SecretReference } from '../../core/task.ts';

/** The reference's path, for the providers that need one. `meaning` says what it is to them. */
export function secretPath({ provider, path }: SecretReference, meaning: string): string {
  if (path) return path;
  throw new AgentError(
    'secrets-invalid',
    `missing 'secret_path' config at target. The secret provider '${provider}' needs it: ${meaning}.`,
  );
}
