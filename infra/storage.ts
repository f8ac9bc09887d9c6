import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  CfnBucket,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { limits } from '../core/limits.ts';
import { acknowledge, inBothStandards } from './acknowledge.ts';
import type { EncryptionKeys } from './encryption-keys.ts';

export interface StorageProps {
  readonly keys: EncryptionKeys;
  /** @default 365 */
  readonly logRetentionDays: number;
}

/**
 * The buckets. All of them stay when the stack goes: CloudFormation deletes no bucket that holds something. When the
 * first installation fails, they go with the rest of it.
 */
export class Storage extends Construct {
  /**
   * `executions/<id>/…` for ever, `work/<id>/…` and `open/<id>` until the execution is closed, `usage/<day>/…` for
   * some days.
   */
  readonly ledger: IBucket;
  /** `output/<id>/<part>`: what was printed, before it is redacted. */
  readonly output: IBucket;
  /** `logs/<id>.log`: what is left of it. */
  readonly logs: IBucket;
  private readonly neverDeleted: PolicyStatement;

  constructor(scope: Construct, id: string, { keys, logRetentionDays }: StorageProps) {
    super(scope, id);
    this.ledger = bucketOf(this, 'Ledger', {
      encryptionKey: keys.data,
      // An execution is closed within minutes. What is older was left behind by a deployment that stood still.
      // Of usage only the current day counts.
      lifecycleRules: [expire(30, 'work/'), expire(30, 'open/'), expire(7, 'usage/')],
    });
    this.neverDeleted = neverDeleted(this.ledger);
    this.ledger.addToResourcePolicy(this.neverDeleted);
    this.ledger.addToResourcePolicy(neverReplaced(this.ledger));
    announceObjects(this.ledger);

    this.output = bucketOf(this, 'Output', {
      encryptionKey: keys.output,
      // Lifecycle counts whole days, so one more than an output may wait for its redaction.
      lifecycleRules: [expire(limits.withheldOutputSeconds / 86_400 + 1)],
    });
    this.logs = bucketOf(this, 'Logs', {
      encryptionKey: keys.data,
      // A log that was stored twice keeps its first version, for those who ask what was shown when.
      versioned: true,
      lifecycleRules: [
        {
          ...expire(logRetentionDays),
          noncurrentVersionExpiration: Duration.days(Math.min(30, logRetentionDays)),
        },
      ],
    });
    acknowledgeBuckets(this);
  }

  /** Lets one role delete permanent records after all: those that its own policy names. */
  letErase(role: IRole): void {
    this.neverDeleted.addCondition('ArnNotEquals', { 'aws:PrincipalArn': role.roleArn });
  }
}

/** A bucket that is closed to the public, encrypted and kept. */
export function bucketOf(scope: Construct, id: string, props: BucketProps): IBucket {
  const made = new Bucket(scope, id, {
    encryption: BucketEncryption.KMS,
    bucketKeyEnabled: true,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...props,
  });
  // CDK's class and its interface differ in `isWebsite?: boolean` and `boolean | undefined`.
  return made as IBucket;
}

function expire(days: number, prefix?: string): LifecycleRule {
  return {
    expiration: Duration.days(days),
    abortIncompleteMultipartUploadAfter: Duration.days(1),
    ...(prefix && { prefix }),
  };
}

/** A deleted claim could be made again, and its task would run twice. */
function neverDeleted(ledger: IBucket): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    resources: [ledger.arnForObjects('executions/*')],
  });
}

/** Records are created once: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html */
function neverReplaced(ledger: IBucket): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [ledger.arnForObjects('executions/*')],
    conditions: { Null: { 's3:if-none-match': 'true' } },
  });
}

/** Tells EventBridge of new objects. The property of `Bucket` would bring a function of CDK's with it. */
function announceObjects(bucket: IBucket): void {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) throw new TypeError('A bucket of CDK has no CfnBucket.');
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}

function acknowledgeBuckets({ node: { children: buckets }, ledger, output }: Storage & Construct): void {
  for (const each of buckets) acknowledgeBucket(each);
  acknowledge(ledger, 'The policy lets nobody delete or replace what must stay; the rest must really go.', [
    ...inBothStandards('S3BucketVersioningEnabled'),
  ]);
  acknowledge(output, 'Raw output must be gone when it is deleted, and nobody replaces it.', [
    ...inBothStandards('S3BucketVersioningEnabled'),
  ]);
}

export function acknowledgeBucket(bucket: IConstruct): void {
  acknowledge(bucket, 'Data events of CloudTrail, if you want them, show each access with its role.', [
    'AwsSolutions-S1',
    ...inBothStandards('S3BucketLoggingEnabled'),
  ]);
  acknowledge(bucket, 'S3 keeps objects in three zones; a copy elsewhere is yours to decide.', [
    ...inBothStandards('S3BucketReplicationEnabled'),
  ]);
}
