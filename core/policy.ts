import * as z from 'zod/mini';
import { AgentError } from './errors.ts';
import { limits } from './limits.ts';
import { problemsOf } from './problems.ts';
import type { Task } from './task.ts';

/**
 * What the customer allows, as deployment configuration: nothing that the API sends can change it.
 *
 *     { "runSeconds": 600, "targets": { "billing-db": { "types": ["postgres"], "allowUnredacted": true } } }
 */
export type Policy = z.infer<typeof policySchema>;

/** What holds for one target: the defaults, with the target's own rules over them. */
export type Rules = z.infer<typeof rulesSchema>;

export type Decision = { allow: true; rules: Rules } | { allow: false; message: string };

const rules = {
  /** Types that may run; null allows all that the agent knows. */
  types: z.nullable(z.array(z.string())),
  /** Whether the target's custom command may replace the command of its type. */
  allowCustomCommand: z.boolean(),
  /** Whether `{{KEY}}` in a script becomes the secret's value. It lets every user of the target read its secret. */
  renderScript: z.boolean(),
  /** Whether the target may turn redaction off with `redact: none`. Known secret values are masked all the same. */
  allowUnredacted: z.boolean(),
  startSeconds: z.number().check(z.positive()),
  runSeconds: z.number().check(z.positive()),
  outputBytes: z.int().check(z.positive()),
};

const rulesSchema = z.strictObject(rules);
const someRulesSchema = z.partial(rulesSchema);
export const policySchema = z.strictObject({
  ...someRulesSchema.shape,
  /** How many vCPU minutes of Fargate the executions of a UTC day may use; above it tasks wait. */
  dailyVcpuMinutes: z.optional(z.number().check(z.positive())),
  targets: z._default(z.record(z.string(), someRulesSchema), {}),
});

export const defaultRules: Rules = {
  types: null,
  allowCustomCommand: true,
  renderScript: false,
  allowUnredacted: false,
  startSeconds: limits.startSeconds,
  runSeconds: limits.runSeconds,
  outputBytes: limits.outputBytes,
};

/**
 * Reads a policy from its JSON text; nothing or an empty text is the default policy.
 * @throws AgentError `config-invalid` that names each bad field.
 */
export function parsePolicy(text: string | undefined): Policy {
  if (!text) return { targets: {} };
  const parsed = policySchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'it');
  throw new AgentError('config-invalid', `The policy is not valid: ${problems}. See docs/policy.md.`);
}

/** May this task run, and within which limits? */
export function decide(task: Task, policy: Policy): Decision {
  const { targets, dailyVcpuMinutes: _, ...defaults } = policy;
  const own = task.target !== null && Object.hasOwn(targets, task.target) ? targets[task.target] : undefined;
  const rules = rulesSchema.parse({ ...defaultRules, ...defaults, ...own });
  if (rules.types && !rules.types.includes(task.type)) {
    return deny(`the type ${task.type} is not allowed for this target; allowed: ${rules.types.join(', ')}`);
  }
  if (task.custom_command && !rules.allowCustomCommand) {
    return deny('custom commands are not allowed for this target');
  }
  return { allow: true, rules };
}

function deny(why: string): Decision {
  return {
    allow: false,
    message: `The agent's policy denies this task: ${why}. Ask those who run the agent.`,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AgentError('config-invalid', 'The policy is not JSON. See docs/policy.md.', { cause });
  }
}
