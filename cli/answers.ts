import * as z from 'zod/mini';
import { CliError } from './errors.ts';

/**
 * What we read of the server's answers. A field that is missing, or is not what the record says, counts as null:
 * any compatible server will do, and the whole answer is there with `--json`.
 */
const text = z.catch(z.nullable(z.string()), null);
const count = z.catch(z.nullable(z.number()), null);
const id = z.union([z.int(), z.string()]);

const review = z.object({ group: text, status: text });

export type TaskAnswer = z.infer<typeof taskSchema>;
const taskSchema = z.object({
  id,
  status: text,
  task_logs: text,
  target: text,
  type: text,
  created: text,
  user_email: text,
  elapsed_time_ms: count,
  exit_code: count,
  reason: text,
  reviews: z.catch(z.array(review), []),
});

const targetSchema = z.object({
  name: z.string(),
  type: text,
  status: text,
  tags: text,
  redact: text,
  review_type: text,
  secret_provider: text,
  secret_path: text,
});

/** An older server lists an agent as `name:tags`. */
const agentSchema = z.union([
  z.object({ subscription_name: text, tags: text, app_version: text, status: text }),
  z.string(),
]);

const progressSchema = z.object({
  status: text,
  chunks: z.array(z.object({ sequence: z.number(), text: z.string() })),
});

export const taskOf = reader('a task', taskSchema);
export const tasksOf = reader('a list of tasks', z.array(taskSchema));
export const targetsOf = reader('a list of targets', z.array(targetSchema));
export const agentsOf = reader('a list of agents', z.array(agentSchema));
export const progressOf = reader('the progress of a task', progressSchema);
export const logsUrlOf = reader('the address of a log', z.object({ logs_url: z.string() }));
export const agentTokenOf = reader('the token of the agents', z.object({ token: z.string() }));

function reader<T>(what: string, schema: z.ZodMiniType<T>): (answer: unknown) => T {
  return (answer) => {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new CliError(`The server's answer is not ${what}. Is it a Runops server? See it with --json.`);
  };
}
