import { describe, expect, it } from 'vitest';
import { synthesize } from '../support/synthesize.ts';

const { all } = synthesize();

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html */
const staysOnceInstalled = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

describe('buckets', () => {
  const buckets = all('AWS::S3::Bucket');
  const named = (part: string) => buckets.find(({ id }) => id.includes(`Storage${part}`))?.properties;
  const policyOf = (part: string) =>
    JSON.stringify(all('AWS::S3::BucketPolicy').find(({ id }) => id.includes(`Storage${part}`))?.properties);

  it('are closed to the public, encrypted with keys of ours, and stay when a stack goes that was ever there', () => {
    expect(buckets).toHaveLength(3);
    for (const { properties, policies } of buckets) {
      expect(policies).toMatchObject(staysOnceInstalled);
      expect(properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          ...{
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      });
      expect(JSON.stringify(properties.BucketEncryption)).toMatch(/"BucketKeyEnabled":true.*"aws:kms"/);
    }
  });

  it('are spoken to with TLS only', () => {
    for (const part of ['Ledger', 'Output', 'Logs']) {
      expect(policyOf(part)).toContain('{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
    }
  });

  it('keep claims for ever, and let nobody delete or replace one', () => {
    expect(JSON.stringify(named('Ledger')?.LifecycleConfiguration)).not.toContain('executions');
    // Nobody but the self-test, whose own policy names its own records alone.
    expect(policyOf('Ledger')).toMatch(
      /"s3:DeleteObject","s3:DeleteObjectVersion"\],"Condition":\{"ArnNotEquals":\{[^}]*SelfTest/,
    );
    expect(policyOf('Ledger')).toMatch(
      /SelfTest[^}]*\}\}\},"Effect":"Deny","Principal":\{"AWS":"\*"\}.*executions\/\*/,
    );
    expect(policyOf('Ledger')).toContain('{"Null":{"s3:if-none-match":"true"}},"Effect":"Deny"');
  });

  it('forget raw output after two days, work after thirty and logs when the customer says so', () => {
    const days = (properties: Record<string, unknown> | undefined) =>
      JSON.stringify(properties).match(/"ExpirationInDays":\d+/g);
    expect(days(named('Output'))).toEqual(['"ExpirationInDays":2']);
    expect(days(named('Ledger'))).toEqual(['30', '30', '7'].map((number) => `"ExpirationInDays":${number}`));
    expect(days(named('Logs'))).toEqual(['"ExpirationInDays":365']);
  });

  it('tell EventBridge of new records without a function of CDK', () => {
    const eventBridge = { EventBridgeConfiguration: { EventBridgeEnabled: true } };
    expect(named('Ledger')).toMatchObject({ NotificationConfiguration: eventBridge });
    const functions = all('AWS::Lambda::Function').map(({ id }) => id);
    expect(functions.join()).not.toContain('BucketNotifications');
  });
});

describe('keys', () => {
  it('are two, and change every year', () => {
    const keys = all('AWS::KMS::Key').map(({ properties }) => properties.EnableKeyRotation);
    expect(keys).toEqual([true, true]);
  });

  it('stay with the buckets, but for that of the raw output', () => {
    const policies = all('AWS::KMS::Key').map(({ policies }) => policies.DeletionPolicy);
    expect(policies.sort()).toEqual(['Delete', 'RetainExceptOnCreate']);
  });
});
