import type { IncomingHttpHeaders } from 'node:http';
import { emulatedAccount } from '../emulated-account.ts';

/** One call of AWS by our own code, as an IAM policy sees it. */
export interface AwsCall {
  /** Which of our programs called, by its `AWS_SDK_UA_APP_ID`, such as `runops-poller`. */
  caller: string;
  /** Such as `s3:PutObject`. */
  action: string;
  /** An ARN, or `*` where the action has none. */
  resource: string;
  /** What a policy's conditions may look at. */
  context: Record<string, string>;
  accessKeyId: string;
  status: number;
}

export interface AwsHttpRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Empty for S3, whose bodies are not kept. */
  body: string;
}

/** The name that infra gave it; Powertools appends its own to it. */
export function callerOf({ 'user-agent': agent = '' }: IncomingHttpHeaders): string {
  return /\bapp\/(runops(-[a-z]+)+)/.exec(agent)?.[1] ?? '';
}

/** Who signed and for which service: `Credential=<key>/<day>/<region>/<service>/aws4_request`. */
export function scopeOf({ authorization = '' }: IncomingHttpHeaders): {
  accessKeyId: string;
  service: string;
} {
  const [accessKeyId = '', , , service = ''] =
    /Credential=([^,]+)/.exec(authorization)?.[1]?.split('/') ?? [];
  return { accessKeyId, service };
}

type Asked = Pick<AwsCall, 'action' | 'resource' | 'context'>;

/** The action and the resource that the request asks for. */
export function askedFor(request: AwsHttpRequest): Asked {
  const { service } = scopeOf(request.headers);
  if (service === 's3') return ofS3(request);
  const target = String(request.headers['x-amz-target'] ?? '');
  if (!target) {
    const form = new URLSearchParams(request.body);
    return { action: `${service}:${form.get('Action')}`, ...resourceOfForm(service, form) };
  }
  const action = `${service}:${target.split('.').at(-1)}`;
  const input = JSON.parse(request.body || '{}');
  const context = typeof input.cluster === 'string' ? { 'ecs:cluster': input.cluster } : {};
  return { action, resource: resourceOf(service, input), context };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
function ofS3({ method, path }: AwsHttpRequest): Asked {
  const { pathname, searchParams: query } = new URL(path, 'http://s3');
  const [, bucket = '', ...rest] = pathname.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (!key) {
    if (method === 'POST' && query.has('delete'))
      return { action: 's3:DeleteObject', resource: `arn:aws:s3:::${bucket}/*`, context: {} };
    const context = { 's3:prefix': query.get('prefix') ?? '' };
    const action = query.has('versions') ? 's3:ListBucketVersions' : 's3:ListBucket';
    return { action, resource: `arn:aws:s3:::${bucket}`, context };
  }
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  if (method === 'DELETE') {
    const action = query.has('uploadId') ? 's3:AbortMultipartUpload' : 's3:DeleteObject';
    return { action, resource, context: {} };
  }
  const action = method === 'GET' || method === 'HEAD' ? 's3:GetObject' : 's3:PutObject';
  return { action, resource, context: {} };
}

/** Of the services that take a form. The only role that is looked at by its name is that of ECS itself. */
function resourceOfForm(service: string, form: URLSearchParams): Pick<AwsCall, 'resource' | 'context'> {
  if (service === 'cloudformation') return { resource: form.get('StackName') ?? '*', context: {} };
  if (service !== 'iam') return { resource: form.get('RoleArn') ?? '*', context: {} };
  const role = 'role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS';
  const context = { 'iam:AWSServiceName': form.get('AWSServiceName') ?? '' };
  return { resource: `arn:aws:iam::${emulatedAccount}:${role}`, context };
}

function resourceOf(service: string, input: Record<string, unknown>): string {
  if (service === 'events') {
    const [entry] = [input.Entries ?? []].flat();
    const bus = Object(entry).EventBusName ?? input.Name;
    return `arn:aws:events:us-east-1:${emulatedAccount}:event-bus/${bus}`;
  }
  const named = ['taskDefinition', 'task', 'SecretId', 'RoleArn', 'KeyId'].map((name) => input[name]);
  const tasks = Array.isArray(input.tasks) ? input.tasks : [];
  const found = [...named, ...tasks].find((value) => typeof value === 'string');
  if (typeof found === 'string') return found;
  const queue = String(input.QueueUrl ?? '').split('/');
  if (service === 'sqs') return `arn:aws:sqs:us-east-1:${queue.at(-2)}:${queue.at(-1)}`;
  return '*';
}
