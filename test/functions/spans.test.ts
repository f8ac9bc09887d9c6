import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerRecords, Result } from '../../core/execution.ts';
import type { Span } from '../../core/trace.ts';
import { spansOf, type TimedRecords } from '../../functions/reporter/spans.ts';

const result = (given: Partial<Result> = {}): LedgerRecords['result'] => ({
  ...{ reason: 'exited', exitCode: 0, message: null, startedAt: 5_000, endedAt: 8_000 },
  output: { parts: 0, bytes: 0, cutBytes: 0 },
  ...given,
});

const records = (given: Partial<TimedRecords> = {}): TimedRecords => ({
  task: { receivedAt: 1_000, input: {} },
  lock: { lockedAt: 2_000, uploadUrl: null },
  launched: { launchId: 'l', launchedAt: 3_000 },
  result: result(),
  redacted: { findings: {}, bytes: 0, location: 'l', startedAt: 8_200, endedAt: 8_700 },
  ...given,
});

const written = ({ name, startedAt, endedAt, outcome }: Span) =>
  `${name} ${startedAt}-${endedAt}${outcome === 'ok' ? '' : ` ${outcome}`}`;
const partsOf = (given: TimedRecords, reason = given.result.reason) =>
  spansOf(given, { reason, reportedAt: 9_000 }).children.map(written);

describe('the spans of an execution', () => {
  it('follow each other from the first sight of the task to its report, with the redaction in the report', () => {
    const root = spansOf(records(), { reason: 'exited', reportedAt: 9_000 });
    expect(written(root)).toBe('execution 1000-9000');
    expect(root.children.map(written)).toEqual([
      ...[
        'queue 1000-2000',
        'decision 2000-3000',
        'launch 3000-5000',
        'command 5000-8000',
        'report 8000-9000',
      ],
    ]);
    expect(root.children.at(-1)?.children.map(written)).toEqual(['redaction 8200-8700']);
  });

  it('end where a task was rejected, killed or lost before its start', () => {
    const never = { exitCode: null, startedAt: null, endedAt: 2_500 };
    expect(
      partsOf(records({ launched: undefined, result: result({ ...never, reason: 'rejected' }) })),
    ).toEqual([...['queue 1000-2000', 'decision 2000-2500 error', 'report 2500-9000']]);
    expect(partsOf(records({ result: result({ ...never, endedAt: 4_000, reason: 'lost' }) }))).toEqual([
      ...['queue 1000-2000', 'decision 2000-3000', 'launch 3000-4000 fault', 'report 4000-9000'],
    ]);
    const unclear = records({
      lock: undefined,
      launched: undefined,
      result: result({ ...never, reason: 'lost' }),
    });
    expect(partsOf(unclear)).toEqual(['queue 1000-2500 fault', 'report 2500-9000']);
  });

  it('go without a part whose end nobody wrote down', () => {
    expect(partsOf(records({ launched: undefined }))).toEqual([
      ...['queue 1000-2000', 'launch 2000-5000', 'command 5000-8000', 'report 8000-9000'],
    ]);
  });

  it.each([
    ['an exit code', result({ exitCode: 3 }), 'exited', 'command', 'error'],
    ['no exit code', result({ exitCode: null }), 'exited', 'command', 'error'],
    ['a time limit', result({ reason: 'timed-out', exitCode: null }), 'timed-out', 'command', 'error'],
    ['a lost container', result({ reason: 'lost', exitCode: null }), 'lost', 'command', 'fault'],
    ['an output that is withheld', result(), 'withheld', 'report', 'fault'],
  ] as const)('say that it went wrong, and in which part: %s', (_, ended, reason, name, outcome) => {
    const root = spansOf(records({ result: ended }), { reason, reportedAt: 9_000 });
    expect(root.outcome).toBe(outcome);
    const wrong = root.children.filter((span) => span.outcome !== 'ok');
    expect(wrong).toMatchObject([{ name, outcome }]);
  });

  it('are in order and within each other, whatever the clocks of the machines say', () => {
    const time = fc.integer({ min: 0, max: 20_000 });
    const given = fc.record({
      task: fc.record({ receivedAt: time, input: fc.constant({}) }),
      lock: fc.option(fc.record({ lockedAt: time, uploadUrl: fc.constant(null) }), { nil: undefined }),
      launched: fc.option(fc.record({ launchId: fc.constant('l'), launchedAt: time }), { nil: undefined }),
      result: fc.record({ startedAt: fc.option(time), endedAt: time }).map(result),
      redacted: fc.option(
        fc
          .record({ startedAt: time, endedAt: time })
          .map((times) => ({ findings: {}, bytes: 0, location: 'l', ...times })),
        { nil: undefined },
      ),
    });
    const reasons = fc.constantFrom('exited', 'killed', 'timed-out', 'rejected', 'lost', 'withheld' as const);
    fc.assert(
      fc.property(given, reasons, time, (drawn, reason, reportedAt) => {
        const root = spansOf(drawn, { reason, reportedAt });
        let now = root.startedAt;
        for (const span of root.children) {
          expect(span.startedAt).toBe(now);
          expect(span.endedAt).toBeGreaterThanOrEqual(span.startedAt);
          for (const child of span.children) {
            expect(child.startedAt).toBeGreaterThanOrEqual(span.startedAt);
            expect(child.endedAt).toBeGreaterThanOrEqual(child.startedAt);
            expect(child.endedAt).toBeLessThanOrEqual(span.endedAt);
          }
          now = span.endedAt;
        }
        expect(root.endedAt).toBe(now);
        expect(root.children.at(-1)?.name).toBe('report');
      }),
    );
  });
});
