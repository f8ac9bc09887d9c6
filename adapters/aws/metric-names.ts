/**
 * Every metric of the functions, in the namespace `RunopsAgent`. Each is there for the whole agent (dimension
 * `service`, its name) and, where `by` names a detail with few values, once more for each of them. A detail that could
 * have as many values as there are tasks, such as a task, a target or a user, is none: each value would be a metric of
 * its own.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const metricNamespace = 'RunopsAgent';

interface MetricDescription {
  unit: 'Count' | 'Milliseconds' | 'Bytes';
  by: MetricDetail | null;
  meaning: string;
}

export type MetricDetail = 'code' | 'outcome' | 'reason' | 'status' | 'queue';

const count = (by: MetricDetail | null, meaning: string) => ({ unit: 'Count', by, meaning }) as const;

export const metrics = {
  Heartbeats: count(null, 'polls that the API answered: about one a second, and never none for a minute'),
  PollMilliseconds: {
    unit: 'Milliseconds',
    by: null,
    meaning: 'how long a poll took, with what it wrote down',
  },
  PollsFailed: count('code', 'polls without an answer that could be used'),
  RegistrationsFailed: count('code', 'times that the API did not take the agent in'),
  TasksReceived: count(null, 'tasks that were new in a poll'),
  TasksLocked: count(null, 'tasks that the API gave to this agent; each is owed one result'),
  TasksRefused: count(
    'outcome',
    'tasks that the API gave to somebody else, or whose lock had no clear answer',
  ),
  TasksRejected: count('code', 'tasks that were not allowed to run: identity, policy or the task itself'),
  ExecutionsLaunched: count(null, 'containers that were started'),
  ExecutionsKilled: count(null, 'executions that a user ended'),
  ExecutionsLost: count(null, 'containers that ended without a result'),
  OutputsRedacted: count(null, 'outputs that were looked at'),
  OutputBytes: { unit: 'Bytes', by: null, meaning: 'the size of each redacted log' },
  Findings: count(null, 'values that were removed from outputs'),
  OutputsWithheld: count(null, 'outputs that could not be redacted and so stayed here'),
  UploadsFailed: count('code', 'logs that could not be put at the upload address of the API'),
  ResultsReported: count('reason', 'results that the API has'),
  ReportsRefused: count('code', 'results that the API refused for so long that they were given up'),
  MessagesRetried: count('code', 'messages that were left in their queue because the failure may pass'),
  MessagesFailed: count('code', 'messages that failed for a reason that does not pass by itself'),
  MessagesDied: count('queue', 'messages that came out of a dead-letter queue'),
} as const satisfies Record<string, MetricDescription>;

export type MetricName = keyof typeof metrics;
