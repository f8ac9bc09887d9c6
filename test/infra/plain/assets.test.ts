import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../../infra/package-files.ts';
import { publishingNotes, quickCreateLink, uploadNotes } from '../../../infra/release/installation-notes.ts';
import { referencesIn } from '../../support/fill-template.ts';
import { builtTemplate } from '../../support/plain-template.ts';

const { json, template, folder, bucket, expectedImages } = builtTemplate({ bucketPrefix: 'acme-runops' });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the functions of the plain template', () => {
  const codes = Object.values(json.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Object(Properties?.Code));

  it('are files of the folder, named by their version and their SHA-256', () => {
    for (const { S3Key } of codes) {
      const [, hash] = /^assets\/0\.1\.0\/[a-z-]+\.([0-9a-f]{64})\.zip$/.exec(S3Key) ?? [];
      expect(sha256(readFileSync(join(folder, S3Key)))).toBe(hash);
    }
    const files = readdirSync(join(folder, 'assets', packageVersion));
    expect(files.sort()).toEqual(codes.map(({ S3Key }) => S3Key.split('/')[2]).sort());
  });

  it('are in one bucket for each region', () => {
    const buckets = new Set(codes.map(({ S3Bucket }) => JSON.stringify(S3Bucket)));
    expect([...buckets]).toEqual(['{"Fn::Sub":"acme-runops-${AWS::Region}"}']);
  });

  it('hold what was built, and nothing of the machine that packed it', () => {
    for (const { S3Key } of codes) {
      const zip = readFileSync(join(folder, S3Key));
      const name = /\/([a-z-]+)\./.exec(S3Key)?.[1];
      const files = Object.entries(unzipSync(zip));
      expect(files.map(([path]) => path)).toContain('index.mjs');
      for (const [path, bytes] of files) {
        expect(Buffer.from(bytes).equals(readFileSync(`dist/functions/${name}/${path}`))).toBe(true);
      }
      expect(modesAndDates(zip)).toEqual(new Set(['100644 1980-01-01']));
    }
  });
});

describe('the folder', () => {
  it('has the checksum of each file', () => {
    const lines = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n');
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'SHA256SUMS')
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
    expect(lines.map((line) => line.slice(66)).sort()).toEqual(names.sort());
    for (const line of lines)
      expect(sha256(readFileSync(join(folder, line.slice(66))))).toBe(line.slice(0, 64));
  });
});

describe('the template', () => {
  it('wants nothing of a bootstrap, and is for every account and region', () => {
    expect(template).not.toMatch(
      /BootstrapVersion|cdk-hnb659fds|cdk-bootstrap|CDKMetadata|aws:cdk:|aws:asset:/,
    );
    for (const folder of [resolve('.'), tmpdir()]) expect(template).not.toContain(`${folder}/`);
    expect(template).not.toMatch(/"arn:aws:/);
    const metadata = Object.values(json.Resources).flatMap((part) =>
      Object.keys(Object(part).Metadata ?? {}),
    );
    expect(new Set(metadata)).toEqual(new Set(['After']));
  });

  it('fits well into what CloudFormation takes', () => {
    expect(template.length).toBeLessThan(400_000);
    expect(Object.keys(json.Resources).length).toBeLessThan(400);
  });
});

describe('the images', () => {
  it('are those that are given, and ECS may pull from their repositories alone', () => {
    expect(expectedImages.size).toBe(0);
    expect(repositoriesPulledFrom(json)).toContainEqual(
      expect.stringMatching(/:ecr:eu-west-1:123456789012:repository\/postgres"/),
    );
  });

  it('are those of the own repository, by what they are built of, when none are given', () => {
    const own = builtTemplate({ images: {} });
    const shell = own.expectedImages.get('shell');
    expect(shell).toMatch(/^shell-[0-9a-f]{64}$/);
    const named = `{"Fn::Sub":"\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.\${AWS::URLSuffix}/runops-agent:${shell}"}`;
    expect(JSON.stringify(own.json.Resources)).toContain(named);
    const [repository, ...others] = repositoriesPulledFrom(own.json);
    expect(others).toEqual([]);
    expect(repository).toMatch(/:repository\/runops-agent"/);
    expect(referencesIn(JSON.parse(repository ?? ''))).toEqual([]);
  });
});

describe('what is told to those who install it', () => {
  it('is how its files and its images get there, and the link that opens the console with it', () => {
    const expected = new Map([['sql-server', `sql-server-${'0'.repeat(64)}`]]);
    const notes = uploadNotes({ folder: 'out', template, bucket, expectedImages: expected });
    expect(notes).toContain('BUCKET=acme-runops-$REGION\n');
    expect(notes).toContain('aws s3 cp --recursive out/assets "s3://$BUCKET/assets"');
    expect(notes).toContain(`for tag in sql-server-${'0'.repeat(64)}; do\n`);
    expect(notes).toContain('docker push "$REGISTRY/runops-agent:$tag"');
    const link = new URL(
      quickCreateLink(bucket).replaceAll('REGION', 'eu-west-1').replace('/quickcreate?', '&'),
    );
    expect(link.hash).toMatch(/^#\/stacks&templateURL=.*&stackName=runops-agent$/);
    expect(decodeURIComponent(link.hash)).toContain(
      `https://acme-runops-eu-west-1.s3.eu-west-1.amazonaws.com/${packageVersion}/runops-agent.template.json`,
    );
  });

  it('overwrites nothing, where it is published', () => {
    const notes = publishingNotes({ folder: 'out', template, bucket, expectedImages });
    const uploads = notes.split('\n').filter((line) => /aws s3/.test(line));
    expect(uploads.every((line) => line.includes("put-object --if-none-match '*'"))).toBe(true);
    expect(uploads).toHaveLength(2);
  });
});

function repositoriesPulledFrom({ Resources }: typeof json): string[] {
  const roles = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  const statements = roles
    .flatMap(({ Properties }) => [Properties?.Policies ?? []].flat())
    .flatMap((policy) => Object(policy).PolicyDocument.Statement);
  const pulling = statements.filter(({ Action }) => [Action].flat().includes('ecr:BatchGetImage'));
  return pulling.flatMap(({ Resource }) => [Resource].flat()).map((arn) => JSON.stringify(arn));
}

/** From the central directory: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.12 */
function modesAndDates(zip: Buffer): Set<string> {
  const seen = new Set<string>();
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 4)) {
    const date = zip.readUInt16LE(at + 14);
    const [year, month, day] = [(date >> 9) + 1980, (date >> 5) & 15, date & 31];
    const two = (part: number) => String(part).padStart(2, '0');
    seen.add(`${(zip.readUInt32LE(at + 38) >>> 16).toString(8)} ${year}-${two(month)}-${two(day)}`);
  }
  return seen;
}
