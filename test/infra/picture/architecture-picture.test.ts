import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { architecturePicture, withPicture } from '../../../infra/picture/architecture-picture.ts';
import { type DrawnResource, resourcesOf } from '../../../infra/picture/default-template.ts';
import { nodesOf } from '../../../infra/picture/graph.ts';

const resources = resourcesOf();

const resource = (type: string, path: string, properties: Record<string, unknown> = {}): DrawnResource => ({
  ...{ id: path.replaceAll('/', ''), type, path: path.split('/'), properties },
});
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const roleThatMay = (path: string, Action: unknown, Resource: unknown, Effect = 'Allow') =>
  resource('AWS::IAM::Role', path, {
    Policies: [{ PolicyDocument: { Statement: [{ Effect, Action, Resource }] } }],
  });

describe('the picture of the architecture', () => {
  it('stands in docs/architecture.md as it is today: npm run picture -- --write', () => {
    const document = readFileSync('docs/architecture.md', 'utf8');
    expect(document).toBe(withPicture(document, resources));
  });

  it('shows every resource of a type that is drawn, and says what it does not draw', () => {
    const picture = architecturePicture(resources);
    for (const { name, kind } of nodesOf(resources).values()) {
      if (kind.noun !== 'role') expect(picture).toContain(name);
    }
    expect(picture).toMatch(/^Not drawn: .*1 `EC2::VPC`/m);
  });

  it('draws what a template has, whatever its name', () => {
    const picture = architecturePicture([
      resource('AWS::Lambda::Function', 'Agent/Doctor/Function', {
        Role: arnOf('AgentDoctorRole'),
        Environment: { Variables: { SIEM: 'https://siem.example.com/in' } },
      }),
      roleThatMay('Agent/Doctor/Role', 'events:PutEvents', arnOf('AgentAuditBus')),
      resource('AWS::Events::EventBus', 'Agent/Audit/Bus'),
      resource('Custom::Check', 'Agent/Doctor/Check', { ServiceToken: arnOf('AgentDoctorFunction') }),
    ]);
    expect(picture).toContain('DoctorFunction("Doctor<br/>function")');
    expect(picture).toContain('DoctorFunction -->|"tells"| AuditBus');
    expect(picture).toContain('DoctorFunction -->|"HTTPS"| outsidesiemexamplecom');
    expect(picture).toContain('DoctorCheck -->|"calls"| DoctorFunction');
  });

  it('draws permissions that are given, not those that are denied', () => {
    const bucket = resource('AWS::S3::Bucket', 'Agent/Storage/Ledger');
    const may = (effect: string) =>
      architecturePicture([bucket, roleThatMay('Agent/R', ['s3:GetObject'], [arnOf(bucket.id)], effect)]);
    expect(may('Allow')).toContain('R -->|"reads"| StorageLedger');
    expect(may('Deny')).not.toContain('reads');
  });

  it('gives each node an id of its own that Mermaid takes', () => {
    const charts = architecturePicture(resources).split('```mermaid').slice(1);
    expect(charts).toHaveLength(3);
    for (const chart of charts) {
      const ids = [...chart.matchAll(/^ {4}(\w+)[([{]/gm)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).not.toContain('end');
      for (const [, from, to] of chart.matchAll(/^ {2}(\w+) -->\|"[^"|]+"\| (\w+)$/gm)) {
        expect(ids).toEqual(expect.arrayContaining([from, to]));
      }
    }
  });

  it('wants its place in the document', () => {
    expect(() => withPicture('# Nothing here\n', resources)).toThrow(/no place for the picture/);
  });
});
