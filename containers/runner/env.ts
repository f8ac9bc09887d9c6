import * as z from 'zod/mini';
import { type Environment, parseEnvironment } from '../../core/parse-environment.ts';

/** What whoever launches a runner must tell it: the contract of `main.ts`. */
export type RunnerEnv = z.infer<typeof schema>;

const id = z.coerce.number().check(z.int(), z.minimum(1), z.maximum(4_294_967_294));

const schema = z.object({
  RUNOPS_EXECUTION_ID: z.string().check(z.minLength(1)),
  /** Where the ledger is: a `file:` URL of a directory, or `s3://bucket`. */
  RUNOPS_LEDGER: z.url({ protocol: /^(file|s3)$/ }),
  /** Where the raw output goes when the ledger is a bucket: another one, `s3://bucket`. */
  RUNOPS_OUTPUT: z.optional(z.url({ protocol: /^s3$/ })),
  /** The ARN of the role that reads one target's secret and one execution's records: the runner takes it on. */
  RUNOPS_EXECUTION_ROLE: z.optional(z.string()),
  /** Secrets that the deployment names for the provider `env-var`, as JSON: `{"MY_DB": "arn:aws:secretsmanager:…"}`. */
  RUNOPS_SECRET_VARIABLES: z.optional(z.string()),
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

/** @throws AgentError `config-invalid` that names every problem. */
export function parseEnv(environment: Environment): RunnerEnv {
  return parseEnvironment(schema, environment, 'The runner');
}
