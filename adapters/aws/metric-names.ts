/**
 * Every metric of the functions, in the namespace `RunopsAgent`. Each is there for the whole agent (dimension
 * `service`, its name) and, where `by` names a detail with few values, once more for each of them. A detail that could
 * have as many values as there are tasks, such as a task, a target or a user, is none: each value would be a metric of
 * its own.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const metricNamespace = 'RunopsAgent';

interface MetricDescription {
  unit: 'Count' | 'Milliseconds' | 'Bytes' | 'None';
  by: MetricDetail | null;
  meaning: string;
}

export type MetricDetail = 'call' | 'code' | 'outcome' | 'reason' | 'type';

const count = <By extends MetricDetail | null>(by: By, meaning: string) =>
  ({ unit: 'Count', by, meaning }) as const;
const milliseconds = (meaning: string) => ({ unit: 'Milliseconds', by: null, meaning }) as const;

export const metrics = {
  Heartbeats: count(null, 'polls that the API answered: about one a second, and never none for a minute'),
  ApiMilliseconds: milliseconds('how long a call to the API took, with its own retries; uploads apart'),
  ApiErrors: count('call', 'calls to the API that failed after their own retries'),
  PollsFailed: count('code', 'polls without an answer that could be used'),
  RegistrationsFailed: count('code', 'times that the API did not take the agent in'),
  TasksReceived: count(null, 'tasks that were new in a poll'),
  TasksHeld: count(null, 'tasks that wait because the daily limit is used up, each once a day'),
  TasksLocked: count(null, 'tasks that the API gave to this agent; each is owed one result'),
  TasksRefused: count(
    'outcome',
    'tasks that the API gave to somebody else, or whose lock had no clear answer',
  ),
  TasksRejected: count('code', 'tasks that were not allowed to run: identity, policy or the task itself'),
  ExecutionsLaunched: count('type', 'containers that were started'),
  ExecutionsKilled: count(null, 'executions that a user ended'),
  ExecutionsLost: count(null, 'containers that ended without a result'),
  ExecutionsOverdue: count(
    null,
    'times that a container was found running after its deadline, and told to stop',
  ),
  StartsFailed: count(null, 'results that say that the command never started, for a reason that is ours'),
  ReceivedToLockedMilliseconds: milliseconds('from the first sight of a task to its lock: the queue'),
  LockedToLaunchedMilliseconds: milliseconds(
    'from the lock to the start of a container: who asked, may they',
  ),
  LaunchedToStartedMilliseconds: milliseconds(
    'from there to the start of the command: capacity, image, boot',
  ),
  ImagePullMilliseconds: milliseconds('how long ECS took to pull the image, which is a part of that'),
  StartedToEndedMilliseconds: milliseconds('how long the command ran'),
  EndedToReportedMilliseconds: milliseconds('from there to the result at the API'),
  RedactionMilliseconds: milliseconds('how long redaction took, which is a part of that'),
  ReceivedToReportedMilliseconds: milliseconds(
    'from the first sight of a task to its result: what people wait',
  ),
  CostDollars: {
    unit: 'None',
    by: null,
    meaning: 'what the containers cost, at list prices: an estimate',
  },
  OutputsRedacted: count(null, 'outputs that were looked at'),
  OutputBytes: { unit: 'Bytes', by: null, meaning: 'the size of each redacted log' },
  Findings: count(null, 'values that were removed from outputs'),
  OutputsWithheld: count(null, 'outputs that could not be redacted and so stayed here'),
  UploadsFailed: count('code', 'logs that could not be put at the upload address of the API'),
  ResultsReported: count('reason', 'results that the API has'),
  ReportsRefused: count('code', 'results that the API refused for so long that they were given up'),
  MessagesRetried: count('code', 'messages that were left in their queue because the failure may pass'),
  MessagesFailed: count('code', 'messages that failed for a reason that does not pass by itself'),
  MessagesDied: count(null, 'messages that came out of a dead-letter queue'),
} as const satisfies Record<string, MetricDescription>;

export type MetricName = keyof typeof metrics;
