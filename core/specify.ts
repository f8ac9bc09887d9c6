import { scriptWords } from './command-words.ts';
import { AgentError } from './errors.ts';
import type { Spec } from './execution.ts';
import { askBefore, type Hooks } from './hooks.ts';
import type { VerifyIdentity } from './identity.ts';
import { limits } from './limits.ts';
import { decide, type Policy } from './policy.ts';
import type { Clock } from './ports.ts';
import type { FindService, ServiceAddress } from './service-address.ts';
import type { Task } from './task.ts';
import { findType } from './task-types.ts';

/** The deployment's own word on who may ask for what. `verifyIdentity` is null where identity is not configured. */
export interface Guard {
  policy: Policy;
  verifyIdentity: VerifyIdentity | null;
  /** Finds the ECS service of a target; missing where none can be started. */
  findService?: FindService | undefined;
  /** The deployment's own functions around a task. */
  hooks?: Hooks | undefined;
  clock: Clock;
}

/**
 * Checks who asked and whether it is allowed, and writes down all that the runner may know. The start deadline counts
 * from `lockedAt`, however often dispatching had to begin again since.
 * @throws AgentError whose message is the user's answer when the task must not run.
 */
export async function specify(guard: Guard, task: Task, lockedAt: number): Promise<Spec> {
  const user = await guard.verifyIdentity?.(task.token, task.user_email);
  const decision = decide(task, guard.policy);
  if (!decision.allow) throw new AgentError('policy-denied', decision.message);
  const { image, oneCommand } = findType(task.type);
  refuseHooksOfServer(task);
  const userEmail = user?.email ?? task.user_email;
  const script = await scriptOf(guard, task, userEmail);
  refuseHugeScript(script);
  if (oneCommand) scriptWords(script);

  const service = image === 'service' ? await serviceOf(guard, task) : undefined;
  const { rules } = decision;
  const startDeadline = lockedAt + rules.startSeconds * 1000;
  return {
    taskId: task.id,
    type: task.type,
    script,
    target: task.target,
    description: task.description,
    userEmail,
    userGroups: task.user_groups,
    secret: { provider: providerOf(task), path: task.secret_path, config: task.config },
    secretMapping: task.secret_mapping,
    customCommand: task.custom_command,
    renderScript: rules.renderScript,
    redact: task.redact === 'none' && rules.allowUnredacted ? 'none' : 'all',
    runSecondsMax: rules.runSeconds,
    outputBytesMax: rules.outputBytes,
    startBefore: Math.min(startDeadline, user?.expiresAt ?? startDeadline),
    ...(service && { service }),
    userVerified: user !== undefined,
  };
}

/** A target that names only the path of its secret means the agent's environment, as the product's guide has it. */
function providerOf({ secret_provider, secret_path, config }: Task): string {
  return secret_provider || (secret_path && !config ? 'env-var' : 'runops');
}

async function serviceOf({ findService }: Guard, task: Task): Promise<ServiceAddress> {
  if (task.custom_command?.trim()) {
    const message = `The type ${task.type} takes no custom command. Remove it from the target.`;
    throw new AgentError('command-invalid', message);
  }
  if (findService) return findService(task);
  throw new AgentError(
    'command-invalid',
    `The type ${task.type} runs in a fresh task of an ECS service, which this agent is not deployed for. ` +
      'Give the target a tag of an agent in AWS that is.',
  );
}

async function scriptOf({ hooks, clock }: Guard, task: Task, userEmail: string | null): Promise<string> {
  const { id, type, target, description, user_groups: userGroups, script } = task;
  if (!hooks) return script;
  return askBefore(hooks, { id, type, target, description, userEmail, userGroups, script }, clock);
}

/** The first agent evaluated hooks as code that the server sent; we never will. */
function refuseHooksOfServer(task: Task) {
  if (!task.hooks) return;
  throw new AgentError(
    'command-invalid',
    'This target has hooks written in Clojure, which this agent does not run. Remove the hooks from the target.',
  );
}

function refuseHugeScript(script: string) {
  const bytes = Buffer.byteLength(script);
  if (bytes <= limits.scriptBytes) return;
  throw new AgentError(
    'task-invalid',
    `The script has ${bytes} bytes; at most ${limits.scriptBytes} are allowed. Load large data from a file.`,
  );
}
