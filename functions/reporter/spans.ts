import type { LedgerRecords, Reason } from '../../core/execution.ts';
import type { Span, SpanName, SpanOutcome } from '../../core/trace.ts';

/** The records that say when what happened. */
export type TimedRecords = Pick<LedgerRecords, 'task' | 'result'> & {
  [Name in 'lock' | 'launched' | 'redacted']: LedgerRecords[Name] | undefined;
};

/**
 * Where the time of an execution went: one part after the other, as the dashboard has them. The part that went wrong
 * says so. Clocks of several machines differ a little: a moment that would be before the last one counts as that.
 */
export function spansOf(
  { task, lock, launched, result, redacted }: TimedRecords,
  { reason, reportedAt }: { reason: Reason; reportedAt: number },
): Span {
  const { startedAt, endedAt } = result;
  const ways = waysTo(endedAt, [
    ['queue', lock?.lockedAt],
    ['decision', launched?.launchedAt],
    ['launch', startedAt],
    ['command', startedAt === null ? null : endedAt],
  ]);
  const steps = inARow(task.receivedAt, reportedAt, [...ways, ['report', reportedAt]]);
  const outcome = outcomeOf(reason, result.exitCode);
  const wrong = steps.at(reason === 'withheld' ? -1 : -2);
  const children = steps.map((step) => ({
    ...step,
    outcome: step === wrong ? outcome : step.outcome,
    children: step.name === 'report' && redacted ? redactionIn(step, redacted) : [],
  }));
  const [startOfAll, endOfAll] = [task.receivedAt, steps.at(-1)?.endedAt ?? task.receivedAt];
  return { name: 'execution', startedAt: startOfAll, endedAt: endOfAll, outcome, children };
}

type Moment = readonly [SpanName, number];

/** The parts that came to their end, and the one after them when that was broken off by the result. */
function waysTo(
  endedAt: number,
  moments: readonly (readonly [SpanName, number | null | undefined])[],
): Moment[] {
  const passed = moments.flatMap(([name, end]): Moment[] => (typeof end === 'number' ? [[name, end]] : []));
  const last = moments.findLastIndex(([, end]) => typeof end === 'number');
  const [broken] = moments[last + 1] ?? [];
  return broken ? [...passed, [broken, endedAt]] : passed;
}

function inARow(from: number, to: number, moments: readonly Moment[]): Span[] {
  let now = from;
  return moments.map(([name, end]) => {
    const startedAt = now;
    now = Math.max(now, Math.min(end, to));
    return { name, startedAt, endedAt: now, outcome: 'ok', children: [] };
  });
}

function redactionIn(report: Span, { startedAt, endedAt }: LedgerRecords['redacted']): Span[] {
  if (startedAt === undefined || endedAt === undefined) return [];
  const within = (moment: number) => Math.min(Math.max(moment, report.startedAt), report.endedAt);
  const times = { startedAt: within(startedAt), endedAt: within(Math.max(startedAt, endedAt)) };
  return [{ name: 'redaction', ...times, outcome: 'ok', children: [] }];
}

function outcomeOf(reason: Reason, exitCode: number | null): SpanOutcome {
  if (reason === 'lost' || reason === 'withheld') return 'fault';
  return reason === 'exited' && exitCode === 0 ? 'ok' : 'error';
}
