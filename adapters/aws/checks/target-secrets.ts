import { type IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { DescribeSecretCommand, type DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import { type Finding, ill, unknown, well } from '../../../core/finding.ts';
import type { DoctorClients } from './clients.ts';
import { ask, askForExisting, looking } from './look.ts';

/** Secrets, and the role with which the executions of a target read them. */
export interface TargetSecrets {
  /** Null: all targets that name no secrets. */
  target: string | null;
  role: string;
  secrets: readonly string[];
}

type Clients = Pick<DoctorClients, 'iam' | 'secretsManagerIn' | 'region'>;

/** Whether each secret is there and its target's executions may read it. No value is read. */
export function targetSecrets(
  clients: Clients,
  { target, role, secrets }: TargetSecrets,
): Promise<Finding[]> {
  const check = target === null ? 'secrets of all targets' : `secrets of the target ${target}`;
  return looking(check, async () => {
    const found = await Promise.all(
      secrets.map((secret) => looking(check, () => lookAtSecret(clients, check, role, secret))),
    );
    const bad = found.flat().filter(({ state }) => state !== 'well');
    if (bad.length > 0 || secrets.length === 0) return bad;
    return [
      well(check, `${countOf(secrets)}, and its executions may read ${secrets.length > 1 ? 'them' : 'it'}.`),
    ];
  });
}

async function lookAtSecret(
  clients: Clients,
  check: string,
  role: string,
  secret: string,
): Promise<Finding[]> {
  const resource = `the secret ${secret}`;
  const client = clients.secretsManagerIn(secret.split(':')[3] || clients.region);
  const answer = client.send(new DescribeSecretCommand({ SecretId: secret }));
  const described = await askForExisting('secretsmanager:DescribeSecret', resource, answer);
  if (!described) {
    const remedy = 'Create it with the keys of its type (docs/integrations.md), or correct its name.';
    return [ill(check, `There is no secret ${secret}.`, remedy)];
  }
  if (described.DeletedDate) {
    const remedy = `Run: aws secretsmanager restore-secret --secret-id ${secret}`;
    return [ill(check, `The secret ${secret} is scheduled for deletion.`, remedy)];
  }
  const arn = described.ARN ?? secret;
  if (!(await isAllowed(clients.iam, role, 'secretsmanager:GetSecretValue', arn, tagsOf(described)))) {
    return [
      ill(
        check,
        `The role of its executions may not read the secret ${secret}.`,
        `Name the secret in the deployment (targets or secrets, docs/deploy.md); the role is ${role}.`,
      ),
    ];
  }
  return lookAtKey(clients.iam, check, role, { ...described, ARN: arn });
}

async function lookAtKey(
  iam: IAMClient,
  check: string,
  role: string,
  { ARN = '', KmsKeyId = 'alias/aws/secretsmanager' }: DescribeSecretResponse,
): Promise<Finding[]> {
  if (KmsKeyId.endsWith('alias/aws/secretsmanager')) return [];
  const [, partition = '', , region = '', account = ''] = ARN.split(':');
  const key = KmsKeyId.startsWith('arn:')
    ? KmsKeyId
    : `arn:${partition}:kms:${region}:${account}:key/${KmsKeyId}`;
  if (KmsKeyId.includes('alias/')) {
    const sentence = `The secret ${ARN} names its key by an alias, ${KmsKeyId}.`;
    return [
      unknown(check, sentence, 'Name the key by its ARN, there and in secretKeys, to have it looked at.'),
    ];
  }
  const via = entry(
    'kms:ViaService',
    `secretsmanager.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`,
  );
  if (await isAllowed(iam, role, 'kms:Decrypt', key, [via])) return [];
  return [
    ill(
      check,
      `The role of its executions may not use the key ${key} of the secret ${ARN}.`,
      "Add the key to secretKeys and deploy again; the key's own policy has to allow the role too.",
    ),
  ];
}

type Entry = ReturnType<typeof entry>;

function entry(ContextKeyName: string, value: string) {
  return { ContextKeyName, ContextKeyType: 'string' as const, ContextKeyValues: [value] };
}

/** Secrets may be opened by a tag. */
function tagsOf({ Tags = [] }: DescribeSecretResponse): Entry[] {
  return Tags.map(({ Key = '', Value = '' }) => entry(`aws:ResourceTag/${Key}`, Value));
}

/** By the policies of the role, its boundary and the organization. Not by those of the secret and the key. */
async function isAllowed(
  iam: IAMClient,
  role: string,
  action: string,
  resource: string,
  context: Entry[],
): Promise<boolean> {
  const command = new SimulatePrincipalPolicyCommand({
    PolicySourceArn: role,
    ActionNames: [action],
    ResourceArns: [resource],
    ContextEntries: context,
  });
  const { EvaluationResults } = await ask(
    'iam:SimulatePrincipalPolicy',
    `the role ${role}`,
    iam.send(command),
  );
  return EvaluationResults?.every(({ EvalDecision }) => EvalDecision === 'allowed') ?? false;
}

function countOf(secrets: readonly string[]): string {
  return secrets.length === 1 ? 'It is there' : `All ${secrets.length} are there`;
}
