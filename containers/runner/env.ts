import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';

/** What whoever launches a runner must tell it: the contract of `main.ts`. */
export type RunnerEnv = z.infer<typeof schema>;

const id = z.coerce.number().check(z.int(), z.minimum(1), z.maximum(4_294_967_294));

const schema = z.object({
  RUNOPS_EXECUTION_ID: z.string().check(z.minLength(1)),
  /** Where the ledger is: a `file:` URL of a directory. */
  RUNOPS_LEDGER: z.url({ protocol: /^file$/ }),
  /** The directory in which each execution gets a directory of its own. */
  RUNOPS_SCRATCH: z.string().check(z.startsWith('/')),
  /** The user that commands run as when the runner is root. */
  RUNOPS_CHILD_UID: z._default(id, 10001),
  RUNOPS_CHILD_GID: z._default(id, 10001),
  /** A file descriptor of whoever waits for the result, to which a byte is written when it is stored. */
  RUNOPS_DONE_FD: z.optional(z.coerce.number().check(z.int(), z.minimum(3))),
  /** The file of the secret provider `filesystem`. */
  RUNOPS_SECRETS_FILE: z._default(z.string(), './secrets.json'),
});

/**
 * Reads the runner's environment.
 * @throws AgentError `config-invalid` with all problems in one message.
 */
export function parseEnv(environment: Readonly<Record<string, string | undefined>>): RunnerEnv {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new AgentError('config-invalid', `The runner cannot start: ${problems.join('; ')}.`);
}
