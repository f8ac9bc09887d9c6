import * as z from 'zod/mini';
import { AgentError } from './errors.ts';
import { problemsOf } from './problems.ts';

/**
 * What the API hands out, parsed once. Keys may be snake_case or kebab-case, keys that we do not know are
 * ignored, and what the record shows as "a string or null" may also be missing.
 */
export type Task = z.infer<typeof taskSchema>;

/** Where a target's secret is. `config` is the inline secret of the provider `runops`: a JSON object as text. */
export interface SecretReference {
  /** The task's type: a store that makes users of a database has to know which keys the type wants. */
  type: string;
  provider: string;
  path: string | null;
  config: string | null;
}

const optionalText = z._default(z.nullable(z.string()), null);

const taskSchema = z.object({
  // Integers on the record, but a server may use strings. The id goes back as it came, and names the execution,
  // so it must be fit for a file name and an object key.
  id: z.union([z.int(), z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/))]),
  type: z.string().check(z.minLength(1)),
  script: z.pipe(
    optionalText,
    z.transform((script) => script ?? ''),
  ),
  target: optionalText,
  description: optionalText,
  user_email: optionalText,
  user_groups: optionalText,
  secret_provider: optionalText,
  secret_path: optionalText,
  secret_mapping: optionalText,
  config: optionalText,
  custom_command: optionalText,
  hooks: optionalText,
  redact: optionalText,
  token: optionalText,
});

/**
 * Parses one task of the API's answer.
 * @throws AgentError `task-invalid`, naming each bad field in one message (never its value: it may be a secret).
 */
export function parseTask(input: unknown): Task {
  const parsed = taskSchema.safeParse(snakeCaseKeys(input));
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'it');
  throw new AgentError('task-invalid', `The task cannot be read: ${problems}. Check the target's settings.`);
}

/** The id of something that failed to parse as a task, so that its user can be told; undefined without one. */
export function idOf(input: unknown): Task['id'] | undefined {
  const parsed = taskSchema.shape.id.safeParse(z.safeParse(z.looseObject({}), input).data?.id);
  return parsed.success ? parsed.data : undefined;
}

/** The same object with snake_case keys: the API's answers may have them in kebab-case. */
export function snakeCaseKeys(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key.replaceAll('-', '_'), value]));
}
