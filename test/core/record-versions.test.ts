import { describe, expect, it } from 'vitest';
import { parseRecord, type RecordName } from '../../core/execution.ts';

/**
 * Records as the first version wrote them. Executions are open while the agent is updated, so each later version has to
 * read these: `docs/upgrade.md`. A new key goes into the schemas as an optional one, and here never.
 */
const output = { parts: 1, bytes: 9, cutBytes: 0 };
const result = { reason: 'exited', exitCode: 0, message: null, startedAt: 3, endedAt: 4, output };
const ofTheFirstVersion = {
  task: { receivedAt: 1, input: { id: 4711, type: 'bash', script: 'date' } },
  'claim-1': { claimedAt: 1 },
  lock: { lockedAt: 2, uploadUrl: null },
  refused: { refusedAt: 2 },
  spec: {
    ...{ taskId: 4711, type: 'bash', script: 'date', target: null, description: null },
    ...{ userEmail: 'ana@example.com', userGroups: null, secretMapping: null, customCommand: null },
    ...{ secret: { provider: 'runops', path: null, config: null }, renderScript: false, redact: 'all' },
    ...{ runSecondsMax: 3600, outputBytesMax: 104857600, startBefore: 900_000 },
  },
  launching: { executionId: '4711', type: 'bash', target: null, secretVariable: null },
  launched: { launchId: 'arn:aws:ecs:eu-west-1:123456789012:task/agent/4711', launchedAt: 3 },
  started: { by: 'runner', launchId: 'arn:aws:ecs:eu-west-1:123456789012:task/agent/4711', startedAt: 3 },
  kill: { requestedAt: 3 },
  result,
  redacted: { findings: { EMAIL_ADDRESS: 1 }, bytes: 9, location: 's3://logs/logs/4711.log' },
  report: {
    ...{ id: 4711, status: 'success', logs: 'today', uploaded: false, redacted: true, reason: 'exited' },
    ...{ 'elapsed-time-ms': 2, 'log-size': 5, 'exit-code': 0 },
  },
  reported: { reportedAt: 5 },
  audited: { auditedAt: 6 },
} satisfies Partial<Record<RecordName, object>>;

const names = Object.keys(ofTheFirstVersion) as RecordName[];
const read = (name: RecordName, record: object) => parseRecord(name, JSON.stringify(record));

describe('a record', () => {
  it.each(names)('of the first version is read by this one: %s', (name) => {
    const record = Object(Object.entries(ofTheFirstVersion).find(([key]) => key === name)?.[1]);
    expect(read(name, record)).toEqual(record);
  });

  it.each(names)('of a later version is read without the keys that it has more: %s', (name) => {
    const record = Object(Object.entries(ofTheFirstVersion).find(([key]) => key === name)?.[1]);
    expect(read(name, { ...record, ofALaterVersion: true })).toEqual(record);
  });

  it('with a word that this version does not know is not read, and nothing goes on by guessing', () => {
    expect(() => read('result', { ...result, reason: 'paused' })).toThrow();
    expect(() => read('started', { by: 'somebody', startedAt: 3 })).toThrow();
    expect(() => read('spec', { ...ofTheFirstVersion.spec, redact: 'some' })).toThrow();
  });
});
