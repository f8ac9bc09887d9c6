import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromJSONSchema } from 'zod';
import { toJSONSchema } from 'zod/mini';
import { memoryAudit } from '../../adapters/memory/audit.ts';
import { auditRecordSchema, canonicalJson } from '../../core/audit.ts';
import { auditedExecutions } from '../functions/audited-executions.ts';
import { recordOf } from '../support/audit-record.ts';

const file = new URL('../../docs/audit-record.schema.json', import.meta.url);
const published = JSON.parse(readFileSync(file, 'utf8'));
/** As somebody has it who knows nothing but the file. */
const fromFile = fromJSONSchema(published);

describe('the schema of audit records', () => {
  it('is the one in docs', () => {
    const { $schema, title, ...rest } = published;
    expect({ $schema, title }).toEqual({
      $schema: expect.any(String),
      title: 'Audit record of a Runops agent',
    });
    const { $schema: _, ...own } = toJSONSchema(auditRecordSchema);
    expect(rest).toEqual(own);
  });

  it('takes the records of decisions and ends as the agent writes them', async () => {
    const audit = memoryAudit();
    const { failures } = await auditedExecutions(audit, { count: 10, writers: 1 });
    expect(failures).toEqual([]);
    expect(new Set(audit.records.map(({ kind }) => kind))).toEqual(new Set(['decision', 'end']));
    for (const record of audit.records) {
      expect(fromFile.safeParse(record).success, JSON.stringify(record)).toBe(true);
      expect(auditRecordSchema.parse(record)).toEqual(record);
    }
  });

  it.for<[what: string, record: object]>([
    ['a script', { ...recordOf({}), script: 'echo secret' }],
    ['a field that nobody knows', { ...recordOf({}), output: 'text' }],
    ['a SHA-256 that is none', { ...recordOf({}), policySha256: 'abc' }],
    ['another version', { ...recordOf({}), version: 2 }],
    ['a sentence for a code', { ...recordOf({}), code: 'The policy denies it.' }],
  ])('does not take %s', ([, record]) => {
    expect(fromFile.safeParse(recordOf({})).success).toBe(true);
    expect(fromFile.safeParse(record).success).toBe(false);
    expect(auditRecordSchema.safeParse(record).success).toBe(false);
  });
});

describe('the canonical JSON of a policy', () => {
  it('is the same however the policy was written', () => {
    const one = { runSeconds: 60, targets: { b: { types: ['x', 'a'] }, a: {} } };
    const other = { targets: { a: {}, b: { types: ['x', 'a'] } }, runSeconds: 60 };
    expect(canonicalJson(one)).toBe('{"runSeconds":60,"targets":{"a":{},"b":{"types":["x","a"]}}}');
    expect(canonicalJson(other)).toBe(canonicalJson(one));
    expect(canonicalJson({ ...one, runSeconds: 61 })).not.toBe(canonicalJson(one));
  });
});
