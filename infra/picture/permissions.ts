import type { DrawnResource } from './default-template.ts';
import type { Edge } from './graph.ts';
import { at, listOf, referencesIn, textOf } from './template-value.ts';

/** The calls that move something. Others, such as those for logs, keys and lists, are in the template alone. */
const verbs: Readonly<Record<string, string>> = {
  'bedrock:ApplyGuardrail': 'asks',
  'ecs:RunTask': 'starts',
  'ecs:StopTask': 'ends',
  'events:PutEvents': 'tells',
  'lambda:InvokeFunction': 'calls',
  's3:DeleteObject': 'deletes',
  's3:GetObject': 'reads',
  's3:PutObject': 'writes',
  'secretsmanager:GetSecretValue': 'reads',
  'sns:Publish': 'tells',
  'sqs:SendMessage': 'wakes',
  'sts:AssumeRole': 'takes on',
};

/** Who may do what to whom, by the policies of roles; a function and a schedule do what their role may. */
export function permissions(resources: readonly DrawnResource[]): Edge[] {
  const owners = new Map(
    resources.flatMap(({ id, properties }) =>
      referencesIn([properties.Role, at(properties, 'Target', 'RoleArn')]).map((role) => [role, id]),
    ),
  );
  const named = physicalNames(resources);
  return resources.flatMap((resource) =>
    grantsOf(resource).flatMap(({ role, statement }) =>
      edgesOf(statement, named).map(({ to, verb }) => ({ from: owners.get(role) ?? role, to, verb })),
    ),
  );
}

function grantsOf({ id, type, properties }: DrawnResource): { role: string; statement: unknown }[] {
  const documents =
    type === 'AWS::IAM::Role'
      ? listOf(properties.Policies).map((one) => ({ roles: [id], document: at(one, 'PolicyDocument') }))
      : type === 'AWS::IAM::Policy'
        ? [{ roles: referencesIn(properties.Roles), document: properties.PolicyDocument }]
        : [];
  return documents.flatMap(({ roles, document }) =>
    roles.flatMap((role) => listOf(at(document, 'Statement')).map((statement) => ({ role, statement }))),
  );
}

function edgesOf(statement: unknown, named: ReadonlyMap<string, string>) {
  if (at(statement, 'Effect') !== 'Allow') return [];
  const said = listOf(at(statement, 'Action')).flatMap((action) => verbs[String(action)] ?? []);
  const targets = listOf(at(statement, 'Resource')).flatMap((one) => targetsOf(one, named));
  return said.flatMap((verb) => targets.map((to) => ({ to, verb })));
}

/** Resources of the template; if it is none of them, the name at the end of the ARN. */
function targetsOf(resource: unknown, named: ReadonlyMap<string, string>): string[] {
  const text = textOf(resource);
  const byName = [...named].flatMap(([name, id]) => (text.includes(`/${name}:`) ? [id] : []));
  const inside = [...byName, ...referencesIn(resource)];
  const secret = /:secret:(.+?)(-\?+)?$/.exec(text)?.[1];
  return inside.length > 0 || secret === undefined ? inside : [`secret ${secret}`];
}

/** Permissions for task definitions go by their family, because the revision is not known. */
function physicalNames(resources: readonly DrawnResource[]): Map<string, string> {
  return new Map(
    resources.flatMap(({ id, properties: { Family } }): [string, string][] =>
      typeof Family === 'string' ? [[Family, id]] : [],
    ),
  );
}
