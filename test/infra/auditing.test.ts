import { describe, expect, it } from 'vitest';
import { parseAppSettings } from '../../infra/app-settings.ts';
import { checkAudit } from '../../infra/auditing.ts';
import { isAllowed } from '../support/iam-simulation.ts';
import { type Resource, type Synthesized, synthesize } from '../support/synthesize.ts';

const plain = synthesize();
const kept = synthesize({ audit: { bucket: true } });

const chainOf = ({ all }: Synthesized) =>
  all('AWS::S3::Bucket').find(({ id }) => id.includes('AuditingChain'));
const policyOf = ({ all }: Synthesized) =>
  Object(all('AWS::S3::BucketPolicy').find(({ id }) => id.includes('AuditingChain'))?.properties)
    .PolicyDocument;
const variablesOf = ({ all }: Synthesized, part: string) =>
  Object(all('AWS::Lambda::Function').find(({ id }) => id.includes(part))?.properties.Environment).Variables;
const roleOf = ({ all }: Synthesized, part: string): Resource | undefined =>
  all('AWS::IAM::Role').find(({ id }) => id.includes(`${part}Role`));

/** What the role may do, by the actions that begin with `service`. */
function statements(of: Synthesized, part: string, service: string): Record<string, unknown>[] {
  const [{ PolicyDocument = { Statement: [] } } = {}] = Object(roleOf(of, part)?.properties.Policies);
  return PolicyDocument.Statement.filter(({ Action }: { Action: string | string[] }) =>
    [Action].flat().some((action) => action.startsWith(`${service}:`)),
  );
}

describe('the bus of the audit trail', () => {
  it('is there in every deployment, and only the dispatcher and the reporter write to it', () => {
    expect(plain.all('AWS::Events::EventBus')).toMatchObject([
      { properties: { Name: 'runops-agent-audit' } },
    ]);
    const [{ id } = { id: '' }] = plain.all('AWS::Events::EventBus');
    const Resource = { 'Fn::GetAtt': [id, 'Arn'] };
    for (const part of ['Dispatcher', 'Reporter']) {
      expect(variablesOf(plain, part).AUDIT_BUS).toEqual({ Ref: id });
      expect(statements(plain, part, 'events')).toMatchObject([
        { Action: ['events:DescribeEventBus', 'events:PutEvents'], Resource },
      ]);
    }
    expect(JSON.stringify(roleOf(plain, 'Poller'))).not.toContain('events:');
    expect(plain.all('AWS::Events::EventBusPolicy')).toEqual([]);
  });
});

describe('the bucket of the audit trail', () => {
  it('is there only when it is wanted', () => {
    expect(chainOf(plain)).toBeUndefined();
    expect(variablesOf(plain, 'Dispatcher').AUDIT_BUCKET).toBeUndefined();
    expect(chainOf(synthesize({ audit: { bucket: false } }))).toBeUndefined();
    for (const part of ['Dispatcher', 'Reporter']) {
      expect(variablesOf(kept, part).AUDIT_BUCKET).toEqual({ Ref: chainOf(kept)?.id });
    }
  });

  it('locks each record for a year unless told otherwise, and stays when the stack goes', () => {
    const rule = (of: Synthesized) =>
      Object(chainOf(of)?.properties.ObjectLockConfiguration).Rule.DefaultRetention;
    expect(chainOf(kept)).toMatchObject({
      properties: { ObjectLockEnabled: true, VersioningConfiguration: { Status: 'Enabled' } },
      policies: { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' },
    });
    expect(JSON.stringify(chainOf(kept)?.properties.BucketEncryption)).toMatch(/KeysData.*"aws:kms"/);
    expect(rule(kept)).toEqual({ Days: 365, Mode: 'GOVERNANCE' });
    const strict = synthesize({ audit: { bucket: { mode: 'compliance', retentionDays: 2557 } } });
    expect(rule(strict)).toEqual({ Days: 2557, Mode: 'COMPLIANCE' });
  });

  it('is written to by its two writers alone, each key once, and nobody deletes from it', () => {
    const denied = policyOf(kept).Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny');
    const writers = ['Dispatcher', 'Reporter'].map((part) => ({
      'Fn::GetAtt': [roleOf(kept, part)?.id, 'Arn'],
    }));
    expect(denied).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Action: ['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'],
          Principal: { AWS: '*' },
        }),
        expect.objectContaining({
          Action: 's3:PutObject',
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': writers } },
        }),
        expect.objectContaining({
          Action: 's3:PutObject',
          Condition: { Null: { 's3:if-none-match': 'true' } },
        }),
      ]),
    );
    expect(policyOf(kept).Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow')).toEqual(
      [],
    );
  });

  it('lets its writers read and create links, and no more', async () => {
    const bucket = 'arn:aws:s3:::chain';
    const text = JSON.stringify(statements(kept, 'Dispatcher', 's3'))
      .replaceAll(JSON.stringify({ 'Fn::GetAtt': [chainOf(kept)?.id, 'Arn'] }), JSON.stringify(bucket))
      .replaceAll(
        /\{"Fn::Join":\["",\["arn:aws:s3:::chain","([^"]*)"\]\]\}/g,
        (_, key) => `"${bucket}${key}"`,
      );
    const own = JSON.parse(text).filter((one: object) => JSON.stringify(one).includes(bucket));
    const role = { name: 'Dispatcher', statements: own };
    const may = (action: string, key: string) =>
      isAllowed(role, { action, resource: `${bucket}${key}`, context: {} });
    expect(await may('s3:PutObject', '/chain/1')).toBe(true);
    expect(await may('s3:GetObject', '/chain/1')).toBe(true);
    expect(await may('s3:ListBucket', '')).toBe(true);
    expect(await may('s3:PutObject', '/other')).toBe(false);
    expect(await may('s3:DeleteObject', '/chain/1')).toBe(false);
    expect(await may('s3:PutObjectRetention', '/chain/1')).toBe(false);
  });
});

describe('the settings of the audit', () => {
  it('are checked, those of the app and those of the construct', () => {
    const given = (audit: unknown) => parseAppSettings({ tokenSecret: 'x', audit }, {});
    expect(() => given({ bucket: { mode: 'strict' } })).toThrow(/audit\.bucket/);
    expect(() => given({ bukcet: true })).toThrow(/bukcet/);
    for (const retentionDays of [0, 1.5, 36_501]) {
      expect(() => checkAudit({ bucket: { retentionDays } })).toThrow(`retentionDays is ${retentionDays}.`);
    }
    expect(checkAudit({ bucket: { retentionDays: 36_500 } })).toBeUndefined();
  });

  it('tell the dispatcher the image of each family', () => {
    const secret = plain.all('AWS::SecretsManager::Secret').find(({ id }) => id.includes('Settings'));
    expect(JSON.stringify(secret?.properties)).toMatch(/images.*shell@sha256:0{64}/);
  });
});
