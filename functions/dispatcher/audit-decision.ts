import { sha256 } from '../../adapters/sha256.ts';
import { type Asked, askedIn, auditId, canonicalJson, subjectOf } from '../../core/audit.ts';
import type { AgentErrorCode } from '../../core/errors.ts';
import type { ExecutionId, Spec } from '../../core/execution.ts';
import type { VerifyIdentity } from '../../core/identity.ts';
import type { Policy } from '../../core/policy.ts';
import type { Audit, Clock } from '../../core/ports.ts';
import { idOf, parseTask } from '../../core/task.ts';
import { isTypeName, taskTypes } from '../../core/task-types.ts';

/** Where decisions are audited. */
export interface Auditing {
  audit: Audit;
  agentName: string;
  /** The image of each family, as it is configured. */
  images: Readonly<Record<string, string>>;
}

interface AuditDependencies {
  /** Missing where no audit is configured. */
  auditing?: Auditing | undefined;
  policy: Policy;
  clock: Clock;
}

/** What the trail has to say of an execution besides its spec, for the end of it too. */
export function underWhat({ auditing, policy }: AuditDependencies, type: string) {
  if (!auditing) return {};
  const image = isTypeName(type) ? auditing.images[taskTypes[type].image] : undefined;
  return { policySha256: sha256(canonicalJson(policy)), ...(image !== undefined && { image }) };
}

/** @throws AgentError `audit-failed`, retryable: nothing may start. */
export async function auditAllowed({ auditing, clock }: AuditDependencies, id: ExecutionId, spec: Spec) {
  if (!auditing) return;
  const subject = subjectOf(spec, { agent: auditing.agentName, at: clock.now(), sha256 });
  await auditing.audit.write({
    ...{ ...subject, kind: 'decision', id: auditId(id, 'allow') },
    ...{ decision: 'allow', code: null },
  });
}

interface DenialDependencies extends AuditDependencies {
  verifyIdentity: VerifyIdentity | null;
}

/**
 * The code alone says why: the sentence for the user may quote what they wrote.
 * @throws AgentError `audit-failed`, retryable.
 */
export async function auditDenied(
  deps: DenialDependencies,
  id: ExecutionId,
  input: unknown,
  code: AgentErrorCode,
) {
  const { auditing, clock } = deps;
  if (!auditing) return;
  const asked = whoAsked(deps, id, input, code);
  const subject = subjectOf(asked, { agent: auditing.agentName, at: clock.now(), sha256 });
  await auditing.audit.write({
    ...{ ...subject, kind: 'decision', id: auditId(id, 'deny') },
    ...{ decision: 'deny', code },
  });
}

/** Of a task that cannot be read, its id. Its user is verified before anything else is looked at. */
function whoAsked(deps: DenialDependencies, id: ExecutionId, input: unknown, code: AgentErrorCode): Asked {
  try {
    const asked = askedIn(parseTask(input));
    const userVerified = deps.verifyIdentity !== null && code !== 'identity-rejected';
    return { ...asked, userVerified, ...underWhat(deps, asked.type ?? '') };
  } catch {
    return { taskId: idOf(input) ?? id };
  }
}
