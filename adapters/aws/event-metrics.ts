import type { Log, LogEvent, LogFields } from '../../core/log.ts';
import type { Meter } from './meter.ts';
import type { MetricName } from './metric-names.ts';

/** A log whose events also become metrics: `metric-names.ts` says which there are. */
export function measuredLog(log: Log, meter: Meter): Log {
  const measured =
    (write: Log['info']): Log['info'] =>
    (event, fields = {}) => {
      write(event, fields);
      for (const { name, value, detail } of readings[event]?.(fields) ?? []) meter.add(name, value, detail);
    };
  return { info: measured(log.info), error: measured(log.error) };
}

interface Reading {
  name: MetricName;
  value?: number;
  detail?: string;
}

const one = (name: MetricName) => () => [{ name }];
const by = (name: MetricName, field: string) => (fields: LogFields) => [
  { name, detail: String(fields[field] ?? '') },
];

/** A duration that could not be known is none, and so is one that is negative because two clocks differ. */
const duration = (name: MetricName, field: string) => (fields: LogFields) => {
  const value = fields[field];
  return typeof value === 'number' && value >= 0 ? [{ name, value }] : [];
};

const readings: Partial<Record<LogEvent, (fields: LogFields) => Reading[]>> = {
  'poll.failed': by('PollsFailed', 'code'),
  'registration.failed': by('RegistrationsFailed', 'code'),
  'task.received': one('TasksReceived'),
  'task.held': one('TasksHeld'),
  'task.locked': (fields) => [
    { name: 'TasksLocked' },
    ...duration('ReceivedToLockedMilliseconds', 'waitedMilliseconds')(fields),
  ],
  'task.refused': by('TasksRefused', 'outcome'),
  'task.rejected': by('TasksRejected', 'code'),
  'execution.launched': (fields) => [
    ...by('ExecutionsLaunched', 'type')(fields),
    ...duration('LockedToLaunchedMilliseconds', 'lockedMilliseconds')(fields),
  ],
  'execution.overdue': one('ExecutionsOverdue'),
  'execution.killed': one('ExecutionsKilled'),
  'execution.lost': one('ExecutionsLost'),
  'output.redacted': (fields) => [
    { name: 'OutputsRedacted' },
    { name: 'OutputBytes', value: Number(fields.bytes) },
    { name: 'Findings', value: findingsIn(fields) },
    ...duration('RedactionMilliseconds', 'redactionMilliseconds')(fields),
  ],
  'container.stopped': (fields) => [
    ...duration('ImagePullMilliseconds', 'pullMilliseconds')(fields),
    ...duration('CostDollars', 'dollars')(fields),
  ],
  'output.withheld': one('OutputsWithheld'),
  'upload.failed': by('UploadsFailed', 'code'),
  'result.reported': (fields) => [
    ...by('ResultsReported', 'reason')(fields),
    ...(fields.reason === 'lost' && fields.started === false ? [{ name: 'StartsFailed' } as const] : []),
    ...duration('LaunchedToStartedMilliseconds', 'bootMilliseconds')(fields),
    ...duration('StartedToEndedMilliseconds', 'runMilliseconds')(fields),
    ...duration('EndedToReportedMilliseconds', 'reportMilliseconds')(fields),
    ...duration('ReceivedToReportedMilliseconds', 'totalMilliseconds')(fields),
  ],
  'report.refused': by('ReportsRefused', 'code'),
  'message.failed': (fields) => by(fields.retryable ? 'MessagesRetried' : 'MessagesFailed', 'code')(fields),
  'message.died': one('MessagesDied'),
};

/** The counts of an event's findings are the fields that are named like info types. */
function findingsIn(fields: LogFields): number {
  return Object.entries(fields)
    .filter(([name]) => /^[A-Z0-9_]+$/.test(name))
    .reduce((sum, [, found]) => sum + Number(found), 0);
}
