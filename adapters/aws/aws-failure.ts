import * as z from 'zod/mini';

/** An error of the AWS SDK, as far as we act on it. */
export interface AwsFailure {
  kind: FailureKind;
  /** What AWS or the network calls it: `SlowDown`, `ECONNRESET`. Empty when it is no plain name. */
  name: string;
  status: number | undefined;
  /** The words of AWS. For recognizing it only: they may quote names and values, so they are not passed on. */
  text: string;
}

export type FailureKind =
  | 'credentials'
  | 'denied'
  | 'missing'
  | 'busy'
  | 'broken'
  | 'unreachable'
  | 'refused';

/** What was called, for the sentence: an IAM action and `the bucket x`. */
export interface AwsCall {
  action: string;
  resource: string;
}

const SdkError = z.object({
  name: z._default(z.string(), ''),
  message: z._default(z.string(), ''),
  code: z.optional(z.unknown()),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
});

export function awsFailure(thrown: unknown): AwsFailure {
  const { data } = SdkError.safeParse(thrown);
  const status = data?.$metadata?.httpStatusCode;
  const name = [data?.code, data?.name].find(isPlainName) ?? '';
  return { kind: kindOf(name, status), name, status, text: data?.message ?? '' };
}

/** Whether the same call may go well a moment later. */
export function mayPass(thrown: unknown): boolean {
  return ['busy', 'broken', 'unreachable'].includes(awsFailure(thrown).kind);
}

/** What happened and what to do, in full sentences that quote nothing of AWS but the error's name and status. */
export function explainAwsFailure(thrown: unknown, call: AwsCall): string {
  const { kind, name, status } = awsFailure(thrown);
  const label = [name, status].filter(Boolean).join(', ');
  const { sentence, remedy } = explanations[kind];
  return `${sentence(call)}${label && ` (${label})`}. ${remedy}.`;
}

export const explanations: Record<FailureKind, { sentence: (call: AwsCall) => string; remedy: string }> = {
  credentials: {
    sentence: ({ action, resource }) => `There are no valid AWS credentials for ${action} on ${resource}`,
    remedy: 'Check that this process has a role, and that the role still exists',
  },
  denied: {
    sentence: ({ action, resource }) => `${action} on ${resource} was denied`,
    remedy: 'Allow it to the role of this process, together with the key that encrypts it',
  },
  missing: {
    sentence: ({ action, resource }) => `${action} failed, because ${resource} does not exist`,
    remedy: 'Deploy the agent again, so that it is there and every part knows its name',
  },
  busy: {
    sentence: ({ action, resource }) => `${action} on ${resource} was put off, because too much came at once`,
    remedy: 'Try again later; if it lasts, ask AWS for a higher quota',
  },
  broken: {
    sentence: ({ action, resource }) => `AWS failed at ${action} on ${resource}`,
    remedy: 'Try again later; if it lasts, look at the AWS Health Dashboard',
  },
  unreachable: {
    sentence: ({ action, resource }) => `${action} on ${resource} got no whole answer`,
    remedy:
      'Try again later; if it lasts, check that the network reaches the service, directly or by an endpoint',
  },
  refused: {
    sentence: ({ action, resource }) => `AWS did not accept ${action} on ${resource}`,
    remedy: 'Look at the call in CloudTrail, and compare it with the settings of the deployment',
  },
};

function kindOf(name: string, status: number | undefined): FailureKind {
  if (/Credentials|ExpiredToken|InvalidAccessKeyId|UnrecognizedClient/.test(name)) return 'credentials';
  if (/Throttl|SlowDown|TooManyRequests|RequestLimitExceeded/.test(name)) return 'busy';
  if (/AccessDenied|Unauthorized|Forbidden|^KMS\./.test(name)) return 'denied';
  if (/Timeout/.test(name)) return 'unreachable';
  if (/InternalError|InternalFailure|ServerException|ServiceUnavailable/.test(name)) return 'broken';
  if (/NoSuch|NotFound|DoesNotExist|NonExistent/.test(name)) return 'missing';
  // An answer that was cut off has a status of success.
  if (status === undefined || status < 400) return 'unreachable';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'missing';
  // 409 is a conflict with another request that is still under way:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
  if (status === 409 || status === 429 || status === 503) return 'busy';
  return status >= 500 || status === 408 ? 'broken' : 'refused';
}

function isPlainName(value: unknown): value is string {
  return typeof value === 'string' && value !== 'Error' && /^[A-Za-z_.]{3,60}$/.test(value);
}
