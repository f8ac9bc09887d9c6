import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/** The least of Secrets Manager, S3, SQS, ECS and EventBridge that a function needs for one event. */
export interface FakeAws {
  url: string;
  /** By their ids. */
  secrets: Map<string, string>;
  /** By `/bucket/key`. */
  objects: Map<string, string>;
  sent: { queueUrl: string; body: string }[];
  /** The inputs of RunTask. */
  launched: unknown[];
  /** The entries of PutEvents. */
  events: EventEntry[];
  /** By the name of a call: how it is answered from now on, in place of its work. */
  refused: Map<string, { status: number; answer: object }>;
  close(): void;
}

export interface EventEntry {
  EventBusName: string;
  Source: string;
  DetailType: string;
  Detail: string;
}

export interface FakeAwsOptions {
  /** How long each answer takes. */
  delayMilliseconds?: number;
  onSent?: (message: { queueUrl: string; body: string }) => void;
  /** With the input of RunTask, before the answer. */
  onLaunched?: (input: Record<string, string>) => void;
}

export async function startFakeAws(options: FakeAwsOptions = {}): Promise<FakeAws> {
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString();
    if (options.delayMilliseconds) await setTimeout(options.delayMilliseconds);
    const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
    if (!target) {
      answerS3(fake, request, body, response);
      return;
    }
    const input = JSON.parse(body);
    const refusal = fake.refused.get(target);
    const [status, answer] = refusal ? [refusal.status, refusal.answer] : answerJson(fake, target, input);
    if (target === 'SendMessage') options.onSent?.({ queueUrl: input.QueueUrl, body: input.MessageBody });
    if (target === 'RunTask') options.onLaunched?.(input);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeAws = {
    url: `http://127.0.0.1:${port}`,
    secrets: new Map(),
    objects: new Map(),
    sent: [],
    launched: [],
    events: [],
    refused: new Map(),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return fake;
}

function answerJson(fake: FakeAws, target: string, input: Record<string, string>): [number, object] {
  const { SecretId = '', QueueUrl = '', MessageBody = '' } = input;
  switch (target) {
    case 'GetSecretValue': {
      const text = fake.secrets.get(SecretId);
      return text ? [200, { SecretString: text }] : [400, { __type: 'ResourceNotFoundException' }];
    }
    case 'SendMessage':
      fake.sent.push({ queueUrl: QueueUrl, body: MessageBody });
      return [200, { MessageId: '1', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }];
    case 'RunTask':
      fake.launched.push(input);
      return [200, { tasks: [{ taskArn: 'arn:task', createdAt: Date.now() / 1000 }], failures: [] }];
    case 'DescribeEventBus':
      return [200, { Arn: input.Name, Name: input.Name }];
    case 'PutEvents': {
      const entries: EventEntry[] = JSON.parse(JSON.stringify(input.Entries));
      fake.events.push(...entries);
      return [200, { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: '1' })) }];
    }
    default:
      return [400, { __type: 'InvalidAction', message: target }];
  }
}

function answerS3(fake: FakeAws, request: IncomingMessage, body: string, response: ServerResponse) {
  const url = new URL(request.url ?? '', fake.url);
  const key = url.pathname;
  if (request.method === 'PUT') {
    if (request.headers['if-none-match'] && fake.objects.has(key)) return response.writeHead(412).end();
    fake.objects.set(key, body);
    return response.writeHead(200, { etag: '"1"' }).end();
  }
  if (request.method === 'POST') {
    for (const [, name] of body.matchAll(/<Key>([^<]+)<\/Key>/g))
      fake.objects.delete(`${key.replace(/\/$/, '')}/${name}`);
    return response.writeHead(200).end('<DeleteResult/>');
  }
  if (url.searchParams.has('list-type')) {
    const prefix = `${key.replace(/\/$/, '')}/${url.searchParams.get('prefix') ?? ''}`;
    const listed = [...fake.objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
    const contents = listed.map(
      (name) => `<Contents><Key>${name.split('/').slice(2).join('/')}</Key></Contents>`,
    );
    return response.writeHead(200).end(`<ListBucketResult>${contents.join('')}</ListBucketResult>`);
  }
  const object = fake.objects.get(key);
  if (object === undefined) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  return response.writeHead(200).end(object);
}
