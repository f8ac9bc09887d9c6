import * as z from 'zod/mini';
import { AgentError } from './errors.ts';
import { problemsOf } from './problems.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is on with `true` and off with `false` or without a value. */
export const flag = z.pipe(
  z._default(z.enum(['true', 'false']), 'false'),
  z.transform((text) => text === 'true'),
);

/**
 * Reads the environment of one deployable. Empty variables count as missing, as they do in a shell.
 * @throws AgentError `config-invalid` that names every problem; `who` is what cannot start.
 */
export function parseEnvironment<T>(schema: z.ZodMiniType<T>, environment: Environment, who: string): T {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new AgentError('config-invalid', `${who} cannot start: ${problemsOf(parsed.error, 'it')}.`);
}
