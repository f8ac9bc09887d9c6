/**
 * List prices in US dollars, without tax. Written down on the day below from published copies and summaries of the
 * pages that are named; those pages hold. To correct a price, change it here and run `npm run cost -- --write`.
 */
export const collectedOn = '2026-11-21';

export const regions = ['us-east-1', 'eu-west-1'] as const;
export type Region = (typeof regions)[number];

export interface Price extends Readonly<Record<Region, number>> {
  /** What one of it is. */
  readonly unit: string;
  /** How many of it cost nothing each month, for ever and once for the whole account. */
  readonly free: number;
  readonly source: string;
}

const page = (path: string) => `https://aws.amazon.com/${path}/pricing/`;
const everywhere = (dollars: number) => ({ 'us-east-1': dollars, 'eu-west-1': dollars });

export const prices = {
  fargateVcpu: { ...everywhere(0.03238), unit: 'arm64 vCPU-hour', free: 0, source: page('fargate') },
  fargateMemory: { ...everywhere(0.00356), unit: 'arm64 GB-hour', free: 0, source: page('fargate') },
  fargateVcpuX86: { ...everywhere(0.04048), unit: 'x86 vCPU-hour', free: 0, source: page('fargate') },
  fargateMemoryX86: { ...everywhere(0.004445), unit: 'x86 GB-hour', free: 0, source: page('fargate') },
  lambdaTime: { ...everywhere(0.0000133334), unit: 'arm64 GB-second', free: 400_000, source: page('lambda') },
  lambdaRequests: { ...everywhere(0.2e-6), unit: 'invocation', free: 1_000_000, source: page('lambda') },
  schedules: { ...everywhere(1e-6), unit: 'invocation', free: 14_000_000, source: page('eventbridge') },
  events: { ...everywhere(1e-6), unit: 'event', free: 0, source: page('eventbridge') },
  fifoRequests: { ...everywhere(0.5e-6), unit: 'FIFO request', free: 1_000_000, source: page('sqs') },
  s3Writes: { ...everywhere(5e-6), unit: 'PUT or LIST', free: 0, source: page('s3') },
  s3Reads: { ...everywhere(0.4e-6), unit: 'GET', free: 0, source: page('s3') },
  kmsKeys: { ...everywhere(1), unit: 'key and month', free: 0, source: page('kms') },
  kmsRequests: { ...everywhere(3e-6), unit: 'request', free: 20_000, source: page('kms') },
  secrets: { ...everywhere(0.4), unit: 'secret and month', free: 0, source: page('secrets-manager') },
  secretReads: { ...everywhere(5e-6), unit: 'call', free: 0, source: page('secrets-manager') },
  logGigabytes: {
    'us-east-1': 0.5,
    'eu-west-1': 0.57,
    unit: 'GB taken in',
    free: 5,
    source: page('cloudwatch'),
  },
  metrics: { ...everywhere(0.3), unit: 'metric and month', free: 10, source: page('cloudwatch') },
  alarmMetrics: {
    ...everywhere(0.1),
    unit: 'metric in an alarm, month',
    free: 10,
    source: page('cloudwatch'),
  },
  compositeAlarms: {
    ...everywhere(0.5),
    unit: 'composite alarm, month',
    free: 0,
    source: page('cloudwatch'),
  },
  dashboards: { ...everywhere(3), unit: 'dashboard and month', free: 3, source: page('cloudwatch') },
  traces: { ...everywhere(5e-6), unit: 'trace', free: 100_000, source: page('xray') },
  imageGigabytes: { ...everywhere(0.1), unit: 'GB-month in ECR', free: 0, source: page('ecr') },
  publicAddress: { ...everywhere(0.005), unit: 'hour', free: 0, source: page('vpc') },
  interfaceHours: {
    'us-east-1': 0.01,
    'eu-west-1': 0.011,
    unit: 'hour of an interface in one zone',
    free: 0,
    source: page('privatelink'),
  },
  interfaceGigabytes: { ...everywhere(0.01), unit: 'GB', free: 0, source: page('privatelink') },
  firewallNames: { ...everywhere(0.0005), unit: 'name and month', free: 0, source: page('route53') },
  firewallQueries: { ...everywhere(0.6e-6), unit: 'query', free: 0, source: page('route53') },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof prices;
