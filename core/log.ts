/**
 * One line of JSON per event. The names are a closed set, `noun.past-participle`, and `taskId` is on each that
 * has one. Never log scripts, environments, output, tokens, signed URLs or whole events.
 */
export type LogEvent =
  | 'agent.started'
  | 'agent.stopped'
  | 'agent.registered'
  | 'registration.failed'
  | 'poll.failed'
  | 'task.received'
  | 'task.held'
  | 'task.refused'
  | 'task.locked'
  | 'task.rejected'
  | 'execution.launched'
  | 'execution.started'
  | 'execution.ended'
  | 'execution.lost'
  | 'execution.overdue'
  | 'execution.killed'
  | 'container.stopped'
  | 'output.redacted'
  | 'output.withheld'
  | 'log.uploaded'
  | 'upload.failed'
  | 'result.reported'
  | 'report.refused'
  | 'hook.failed'
  | 'trace.failed'
  | 'progress.failed'
  | 'cleanup.failed'
  | 'message.failed'
  | 'message.died'
  | 'self-test.passed'
  | 'self-test.failed'
  | 'preflight.passed'
  | 'preflight.failed'
  | 'agent.examined';

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Writes one event. `error` events are for those who operate the agent; they never hold user data. */
export interface Log {
  info(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

/** A log that writes its lines with `write`, stamped by `now` (milliseconds since the epoch). */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  const line =
    (level: string) =>
    (event: LogEvent, fields: LogFields = {}) =>
      write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  return { info: line('info'), error: line('error') };
}

/** A log that says nothing, for tests. */
export const silentLog: Log = { info() {}, error() {} };
