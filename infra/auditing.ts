import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, type Conditions, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type IBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type * as z from 'zod/mini';
import type { auditEnv, VariablesOf } from '../adapters/aws/deployment-env.ts';
import { chainPrefix } from '../core/audit-chain.ts';
import { AgentError } from '../core/errors.ts';
import type { EncryptionKeys } from './encryption-keys.ts';
import { allow, type Permission } from './permissions.ts';
import { acknowledgeBucket, bucketOf } from './storage.ts';

/** What is kept of the decisions and ends, besides the events on the bus that every agent has: docs/audit.md. */
export interface AuditProps {
  /**
   * Whether they are also kept as a chain in a bucket with Object Lock.
   * @default false
   */
  readonly bucket?: boolean | AuditBucketProps;
}

export interface AuditBucketProps {
  /**
   * For how many days S3 keeps each record, whoever wants it gone.
   * @default 365
   */
  readonly retentionDays?: number;
  /**
   * Who can shorten that: with `governance` those who may change the policy of the bucket; with `compliance` nobody,
   * not even the root user, and AWS keeps the bucket on your bill until then.
   * @default 'governance'
   */
  readonly mode?: 'governance' | 'compliance';
}

/** S3 takes no more: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html */
const retentionDaysMax = 36_500;

type AuditVariables = VariablesOf<{ [Name in keyof typeof auditEnv]: z.infer<(typeof auditEnv)[Name]> }>;

/** Where each decision and each end of an execution is written for others to read. */
export class Auditing extends Construct {
  readonly bus: EventBus;
  /** The chain; undefined when it is not wanted. */
  readonly bucket: IBucket | undefined;

  constructor(
    scope: Construct,
    id: string,
    props: { audit: AuditProps; agentName: string; keys: EncryptionKeys },
  ) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: `${props.agentName}-audit`,
      description: 'Runops agent: each decision and each end of an execution',
    });
    this.bucket = this.chainOf(props.audit.bucket ?? false, props.keys);
  }

  /** Of those who write: the dispatcher and the reporter. */
  get variables(): AuditVariables {
    return { AUDIT_BUS: this.bus.eventBusName, AUDIT_BUCKET: this.bucket?.bucketName };
  }

  /** The key of the bucket is the ledger's, which both can use. */
  get permissions(): Permission[] {
    const { bus, bucket } = this;
    const links = { star: 'The star is the number of a link, and each writer may get the next one.' };
    return [
      allow(['events:DescribeEventBus', 'events:PutEvents'], [bus.eventBusArn]),
      ...(bucket
        ? [
            allow(['s3:GetObject', 's3:PutObject'], [bucket.arnForObjects(`${chainPrefix}*`)], links),
            allow(['s3:ListBucket'], [bucket.bucketArn]),
          ]
        : []),
    ];
  }

  /** Whoever else is allowed to write by a policy of the account is refused by that of the bucket. */
  onlyBy(writers: readonly Role[]): void {
    const { bucket } = this;
    if (!bucket) return;
    const deny = (actions: string[], conditions: Conditions = {}) =>
      bucket.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions,
          resources: [bucket.arnForObjects('*')],
          conditions,
        }),
      );
    // A deletion without a version only hides: it is refused too, so that a chain that is listed is whole.
    deny(['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion']);
    deny(['s3:PutObject'], { ArnNotEquals: { 'aws:PrincipalArn': writers.map((role) => role.roleArn) } });
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    deny(['s3:PutObject'], { Null: { 's3:if-none-match': 'true' } });
  }

  private chainOf(wanted: boolean | AuditBucketProps, keys: EncryptionKeys): IBucket | undefined {
    if (wanted === false) return undefined;
    const { retentionDays = 365, mode = 'governance' } = wanted === true ? {} : wanted;
    const bucket = bucketOf(this, 'Chain', {
      encryptionKey: keys.data,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention[mode](Duration.days(retentionDays)),
    });
    acknowledgeBucket(bucket);
    return bucket;
  }
}

/** @throws AgentError `config-invalid`. */
export function checkAudit({ bucket }: AuditProps): void {
  if (typeof bucket !== 'object') return;
  const { retentionDays = 365 } = bucket;
  if (Number.isInteger(retentionDays) && retentionDays >= 1 && retentionDays <= retentionDaysMax) return;
  throw new AgentError(
    'config-invalid',
    `audit.bucket.retentionDays is ${retentionDays}. S3 takes whole days, from 1 to ${retentionDaysMax}.`,
  );
}
