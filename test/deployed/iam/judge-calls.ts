import { isAllowed, type PolicyStatement, type SimulatedRole } from '../../support/iam-simulation.ts';
import type { AwsCall } from '../aws/aws-call.ts';
import { emulatedAccount } from '../emulated-account.ts';

export interface Judgement {
  /** Calls that no role of their caller allows. */
  denied: string[];
  /** Actions of statements that no call needed. */
  unused: string[];
  distinctCalls: number;
}

/** What AWS itself does with the permissions of ours: no call of our own is seen for it. */
const byAwsItself =
  /^(kms|xray|logs):|^((iam|sts|ecs):(PassRole|Tag\w+)|sqs:(GetQueueAttributes|(Receive|Delete|Change)Message\w*))$/;

/**
 * Holds each call that was made against the roles that its caller may have, and each permission against the calls.
 * `rolesOf` names those roles by parts of their ids.
 */
export async function judgeCalls(
  calls: readonly AwsCall[],
  roles: ReadonlyMap<string, SimulatedRole>,
  rolesOf: Readonly<Record<string, RegExp>>,
): Promise<Judgement> {
  const used = new Map<PolicyStatement, Set<string>>();
  const denied: string[] = [];
  const distinct = new Map(calls.map((call) => [JSON.stringify(withoutIds(call)), call]));
  for (const call of distinct.values()) {
    const candidates = [...roles.values()].filter(({ name }) => rolesOf[call.caller]?.test(name));
    const asked = { ...call, resource: whole(call), context: contextOf(call) };
    let allowed = false;
    for (const role of candidates) {
      if (!(await isAllowed(role, asked))) continue;
      allowed = true;
      for (const statement of role.statements) {
        if (!(await isAllowed({ name: role.name, statements: [statement] }, asked))) continue;
        used.set(statement, (used.get(statement) ?? new Set()).add(call.action));
      }
    }
    if (!allowed) denied.push(`${call.caller}: ${call.action} on ${call.resource}`);
  }
  const judged = [...roles.values()].filter(({ name }) =>
    Object.values(rolesOf).some((part) => part.test(name)),
  );
  const unused = judged.flatMap(({ name, statements }) =>
    statements.flatMap((statement) =>
      unusedActions(statement, used.get(statement)).map((action) => `${name}: ${action}`),
    ),
  );
  return { denied, unused, distinctCalls: distinct.size };
}

function unusedActions(statement: PolicyStatement, used: ReadonlySet<string> | undefined): string[] {
  if (statement.Effect !== 'Allow') return [];
  const actions = [statement.Action].flat().map(String);
  return actions.filter((action) => !byAwsItself.test(action) && !used?.has(action));
}

/** Two executions ask for the same, as far as a policy can tell them apart. */
function withoutIds({ caller, action, resource, context }: AwsCall) {
  const same = (text: string) =>
    text
      .replace(/(work|executions|output|open|logs)\/[^/]+/, '$1/id')
      .replace(/\/\d{6}$|claim-\d+$/, '/n')
      .replace(/(:task\/[^/]+)\/.*/, '$1/id');
  return { caller, action, resource: same(resource), context: same(JSON.stringify(context)) };
}

/** The runner's session is tagged with its execution; here it is known from the key that it asks for. */
function contextOf({ resource, context }: AwsCall): Record<string, string> {
  const [, id] = /(?:work|executions|output)\/([^/]+)\//.exec(context['s3:prefix'] ?? resource) ?? [];
  return { ...context, ...(id && { 'aws:PrincipalTag/execution': id }), ...tagsOf(resource) };
}

/** Only a session that names its execution may be taken on. */
function tagsOf(resource: string): Record<string, string> {
  return resource.includes(':role/') ? { 'aws:RequestTag/execution': '7' } : {};
}

/** A secret may be asked for by its name, and the objects of one deletion are listed in its body. */
function whole({ action, resource }: AwsCall): string {
  if (action === 's3:DeleteObject' && resource.endsWith('/*'))
    return resource.replace(/\*$/, /output/.test(resource) ? 'output/7/000001' : 'work/7/task');
  if (action !== 'secretsmanager:GetSecretValue' || resource.startsWith('arn:')) return resource;
  return `arn:aws:secretsmanager:us-east-1:${emulatedAccount}:secret:${resource}-AbCdEf`;
}
