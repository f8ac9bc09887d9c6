import type * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import { problemsOf } from '../../core/problems.ts';

/**
 * A detector's configuration from its JSON.
 * @throws AgentError `config-invalid` with all problems in one message, and no value of the configuration.
 */
export function parseDetectorConfig<T extends z.ZodMiniType>(
  schema: T,
  json: string,
  root: string,
): z.output<T> {
  let input: unknown;
  try {
    input = JSON.parse(json);
  } catch {
    throw new AgentError('config-invalid', `${root} is not valid JSON.`);
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AgentError('config-invalid', `${root} is not valid: ${problemsOf(parsed.error, root)}.`);
}
