import type { AwsReply, AwsRequest, FakeService } from './fake-account.ts';
import type { AccountState } from './state.ts';

/** The services that speak by methods and paths. */
export const restServices: Record<string, FakeService> = {
  lambda: (state, { url }) => lambda(state, url.pathname.split('/').slice(2)),
  scheduler: (state, { url }) => schedule(state, url.pathname.split('/').at(-1) ?? ''),
  s3: (state, request) => s3(state, request),
  bedrock: (state, { body }) => guardrail(state, JSON.parse(body)),
};

function json(answer: object, status = 200, headers: Record<string, string> = {}): AwsReply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(answer),
  };
}

const refused = (code: string, status: number) => json({}, status, { 'x-amzn-errortype': code });

/** `functions/NAME/configuration` and `functions/NAME/concurrency`. */
function lambda({ functions, denied }: AccountState, [, name = '', what]: string[]): AwsReply {
  const found = functions.get(name);
  const action = what === 'concurrency' ? 'lambda:GetFunctionConcurrency' : 'lambda:GetFunctionConfiguration';
  if (denied.has(action)) return refused('AccessDeniedException', 403);
  if (!found) return refused('ResourceNotFoundException', 404);
  const { variables, state, lastUpdate, concurrency } = found;
  if (what === 'concurrency') return json({ ReservedConcurrentExecutions: concurrency });
  return json({
    ...{
      FunctionName: name,
      State: state,
      LastUpdateStatus: lastUpdate,
      LastModified: '2026-11-20T10:00:00Z',
    },
    Environment: { Variables: variables },
  });
}

function schedule({ schedules, denied }: AccountState, name: string): AwsReply {
  if (denied.has('scheduler:GetSchedule')) return refused('AccessDeniedException', 403);
  const State = schedules.get(name);
  return State ? json({ Name: name, State }) : refused('ResourceNotFoundException', 404);
}

function s3({ objects, denied }: AccountState, { url, method }: AwsRequest): AwsReply | undefined {
  if (method !== 'GET') return undefined;
  const [, bucket = '', ...path] = url.pathname.split('/');
  const isList = url.searchParams.has('list-type');
  if (denied.has(isList ? 's3:ListBucket' : 's3:GetObject')) {
    return { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' };
  }
  if (isList) return listed(objects, `${bucket}/`, url.searchParams);
  const object = objects.get(`${bucket}/${path.join('/')}`);
  return object ? { body: object.text } : { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
}

function listed(objects: AccountState['objects'], bucket: string, query: URLSearchParams): AwsReply {
  const prefix = query.get('prefix') ?? '';
  const keys = [...objects.keys()]
    .map((key) => key.slice(bucket.length))
    .filter((key) => key.startsWith(prefix));
  const folders = new Set(keys.map((key) => `${prefix}${key.slice(prefix.length).split('/')[0]}/`));
  const contents = query.has('delimiter')
    ? [...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`)
    : keys.map((key) => {
        const modified = objects.get(bucket + key)?.modified.toISOString();
        return `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified></Contents>`;
      });
  return { body: `<ListBucketResult>${contents.join('')}</ListBucketResult>` };
}

function guardrail(
  { guardrail: pattern }: AccountState,
  { content }: { content: { text: { text: string } }[] },
): AwsReply {
  const [match] = pattern.exec(content[0]?.text.text ?? '') ?? [];
  const piiEntities = match ? [{ type: 'EMAIL', match, action: 'ANONYMIZED' }] : [];
  return json({
    action: match ? 'GUARDRAIL_INTERVENED' : 'NONE',
    assessments: [{ sensitiveInformationPolicy: { piiEntities, regexes: [] } }],
    usage: { sensitiveInformationPolicyUnits: 1, sensitiveInformationPolicyFreeUnits: 0 },
  });
}
