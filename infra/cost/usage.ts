import { defaultSize } from '../fargate-size.ts';
import { interfaceServices } from '../network-endpoints.ts';
import type { PriceName } from './price-table.ts';

/** How much of what is paid for is used. */
export type Usage = Partial<Record<PriceName, number>>;

export const networks = ['public', 'private', 'isolated in one zone', 'isolated'] as const;
export type NetworkName = (typeof networks)[number];

/** The average month, as AWS counts it. */
export const hoursPerMonth = 730;
const minutesPerMonth = hoursPerMonth * 60;

/** As `infra/polling.ts`, `infra/dispatching.ts` and `infra/reporting.ts` have it: a test compares them. */
export const functionMemoryMiB = { poller: 256, dispatcher: 512, reporter: 1024 };

/** Queues with a function behind them: dispatches, kills, reports, and their three dead-letter queues. */
const listenedQueues = 6;
/**
 * Lambda asks an empty queue with five connections, each of which waits for 20 seconds.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
const receivesPerMinute = (5 * 60) / 20;

/** The names of `infra/network-dns.ts`: seven for the endpoints, `*`, and three of targets. */
const firewallNames = 7 + 1 + 3;

/** What is watched, by the template: a test counts. The metrics themselves: `custom-metrics.ts`. */
export const monitoring = { alarmMetrics: 25, compositeAlarms: 2, dashboards: 1 };

/** Images of the five families, 90 MB each. */
const imageGigabytes = 5 * 0.09;

/** What runs when nobody asks for anything. Measure your own with the Cost Explorer: it is dominated by the poller. */
export function idleUsage(network: NetworkName): Usage {
  const sweepSeconds = 0.5;
  return {
    lambdaTime: minutesPerMonth * (60 * gigabytes('poller') + sweepSeconds * gigabytes('reporter')),
    // The poller and the sweep, once a minute each.
    lambdaRequests: minutesPerMonth * 2,
    schedules: minutesPerMonth * 2,
    fifoRequests: listenedQueues * receivesPerMinute * minutesPerMonth,
    // The sweep lists what is open.
    s3Writes: minutesPerMonth,
    kmsKeys: 2,
    // The agent token and the dispatcher's settings.
    secrets: 2,
    // A new poller each hour reads the token, and its key with it.
    secretReads: hoursPerMonth,
    kmsRequests: hoursPerMonth,
    // Of each invocation Lambda's three lines and one of metrics.
    logGigabytes: (minutesPerMonth * 2 * 1000) / 1e9,
    // The poller's heartbeat and how long its calls take. The others cost by the hour in which they are written.
    metrics: 2,
    ...monitoring,
    imageGigabytes,
    ...idleNetwork(network),
  };
}

function idleNetwork(network: NetworkName): Usage {
  if (network === 'public' || network === 'private') return {};
  const zones = network === 'isolated' ? 2 : 1;
  return { interfaceHours: interfaceServices.length * zones * hoursPerMonth, firewallNames };
}

/**
 * Requests to S3 of one execution that takes the way of `docs/reliability.md` without a detour and prints a little for
 * a minute: ten parts of output.
 */
const outputParts = 10;
export const s3Writes = {
  // task and its mark
  poller: 2,
  // claim-1, lock, spec, launching, launched
  dispatcher: 5,
  // started, result, the parts; and a look whether `kill` is there, which takes a LIST to be sure
  runner: 2 + outputParts + 1,
  // redacted, report, reported, audited, the log; the two lists of what is deleted at the end. Deleting is free.
  reporter: 7,
};
export const s3Reads = {
  // task, started, refused, kill, spec, launching, claim-2
  dispatcher: 7,
  // spec, kill
  runner: 2,
  // The report reads task, lock, spec, result and the report so far; the sweep, ECS's event and the second message
  // each look whether the execution is open, started and done. Four more for how long each state took, and eight for
  // the end in the audit trail.
  reporter: 6 + outputParts + 3 * 4 + 4 + 8,
};

/** How long the command runs, and how long the container takes to pull its image, start and stop. */
export const commandSeconds = 60;
export const containerSeconds = commandSeconds + 20;

/** What one execution uses. */
export function executionUsage(network: NetworkName): Usage {
  const containerHours = containerSeconds / 3600;
  return {
    fargateVcpu: (defaultSize.cpu / 1024) * containerHours,
    fargateMemory: (defaultSize.memory / 1024) * containerHours,
    // One dispatch of two seconds, one report of three, and two looks of the reporter that find nothing to do.
    lambdaTime: 2 * gigabytes('dispatcher') + (3 + 2 * 0.3) * gigabytes('reporter'),
    lambdaRequests: 4,
    // S3 tells EventBridge of each object that is written to the ledger; two of the audit trail.
    events: s3Writes.poller + s3Writes.dispatcher + s3Writes.reporter + 2 + 2,
    // Sent, received and deleted: the dispatch and the report.
    fifoRequests: 6,
    s3Writes: sum(s3Writes),
    s3Reads: sum(s3Reads),
    // The token, the settings and the target's secret.
    secretReads: 3,
    // Those, and the buckets' keys.
    kmsRequests: 3 + 4,
    logGigabytes: 8_000 / 1e9,
    ...(network === 'public' && { publicAddress: containerHours }),
    ...(network.startsWith('isolated') && { interfaceGigabytes: 0.001, firewallQueries: 20 }),
  };
}

/** What its trace adds to an execution, with `tracing`: five records are read again, and X-Ray answers in 50 ms. */
export const traceUsage: Usage = { traces: 1, s3Reads: 5, lambdaTime: 0.05 * gigabytes('reporter') };

function gigabytes(name: keyof typeof functionMemoryMiB): number {
  return functionMemoryMiB[name] / 1024;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
