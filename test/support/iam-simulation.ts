import { runSimulation } from '@cloud-copilot/iam-simulate';

/** A role with the statements of all its policies, every reference filled in. */
export interface SimulatedRole {
  name: string;
  statements: PolicyStatement[];
}

export type PolicyStatement = Record<string, unknown>;

export interface Asked {
  action: string;
  resource: string;
  /** Condition keys of the request, such as `aws:PrincipalTag/execution`. */
  context?: Record<string, string | string[]>;
}

export const account = '123456789012';

/** Whether IAM would allow it, by the role's own policies alone: nothing else grants anything here. */
export async function isAllowed({ name, statements }: SimulatedRole, asked: Asked): Promise<boolean> {
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${account}:assumed-role/${name}/session`,
        action: asked.action,
        resource: { resource: asked.resource, accountId: account },
        contextVariables: { 'aws:PrincipalAccount': account, ...asked.context },
      },
      identityPolicies: [{ name: 'calls', policy: { Version: '2012-10-17', Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') {
    throw new Error(`${asked.action} ${asked.resource}: ${JSON.stringify(result.errors)}`);
  }
  return result.overallResult === 'Allowed';
}
