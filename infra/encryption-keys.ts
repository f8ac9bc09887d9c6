import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What the account may allow its people and roles with a key: all but its replication to other regions. */
const accountActions = [
  ...[
    'CancelKeyDeletion',
    'CreateAlias',
    'CreateGrant',
    'Decrypt',
    'DeleteAlias',
    'DescribeKey',
    'DisableKey',
  ],
  ...['DisableKeyRotation', 'EnableKey', 'EnableKeyRotation', 'Encrypt', 'GenerateDataKey', 'GetKeyPolicy'],
  ...[
    'GetKeyRotationStatus',
    'ListGrants',
    'ListKeyPolicies',
    'ListKeyRotations',
    'ListResourceTags',
    'PutKeyPolicy',
  ],
  ...[
    'ReEncryptFrom',
    'ReEncryptTo',
    'RevokeGrant',
    'RotateKeyOnDemand',
    'ScheduleKeyDeletion',
    'TagResource',
  ],
  ...['UntagResource', 'UpdateAlias', 'UpdateKeyDescription'],
].map((name) => `kms:${name}`);

/** Two keys, so that a permission to read what the agent knows is none to read what tasks have printed. */
export class EncryptionKeys extends Construct {
  /** Of the ledger, the redacted logs, the agent's own logs and the dispatcher's settings. */
  readonly data: IKey;
  /** Of the raw output alone. */
  readonly output: IKey;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.data = new Key(this, 'Data', {
      description: 'Runops agent: ledger, redacted logs, own logs, settings',
      enableKeyRotation: true,
      policy: new PolicyDocument({ statements: [ofTheAccount(), ofItsLogGroups(this)] }),
      // What it encrypts stays when the stack goes, so it stays too; not when the stack never came to be.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.output = new Key(this, 'Output', {
      description: 'Runops agent: raw output, for two days at most',
      enableKeyRotation: true,
      policy: new PolicyDocument({ statements: [ofTheAccount()] }),
      // Goes with the stack: nobody reads the raw output of an agent that is no more.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
  }
}

/** Without it nobody could ever change the key. In a key's policy the resource * is that key. */
function ofTheAccount(): PolicyStatement {
  return new PolicyStatement({
    principals: [new AccountRootPrincipal()],
    actions: accountActions,
    resources: ['*'],
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function ofItsLogGroups(scope: Construct): PolicyStatement {
  const stack = Stack.of(scope);
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    // The groups that CloudFormation makes for this stack begin with its name.
    resourceName: `${stack.stackName}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
  });
}
