import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import { listening } from './listening.ts';

interface Version {
  body: Buffer;
  nonce: string;
}

export interface FakeLockedBucket {
  url: string;
  /** A client of the AWS SDK that speaks to it. */
  s3: S3Client;
  /** Every version of each key, the newest first. */
  versions: Map<string, Version[]>;
  /** Keys that a deletion hides: their versions are still there. */
  hidden: Set<string>;
  /** What the next requests are answered with in place of their work; `lost` works, and then hangs up. */
  faults: ('lost' | number)[];
  /** The same for the next writes alone. */
  writeFaults: ('lost' | number)[];
  /** How many requests there were. */
  requests(): number;
  close(): Promise<void>;
}

/** A bucket with versions and conditional writes, on a real socket: https://docs.aws.amazon.com/AmazonS3/latest/API */
export async function startFakeLockedBucket(): Promise<FakeLockedBucket> {
  const versions: FakeLockedBucket['versions'] = new Map();
  const hidden = new Set<string>();
  const faults: FakeLockedBucket['faults'] = [];
  const writeFaults: FakeLockedBucket['writeFaults'] = [];
  let requests = 0;

  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    requests++;
    const fault = (request.method === 'PUT' ? writeFaults.shift() : undefined) ?? faults.shift();
    if (typeof fault === 'number') {
      response.writeHead(fault).end(`<Error><Code>${codes[fault] ?? 'Refused'}</Code></Error>`);
      return;
    }
    const [status, headers, answer] = answerOf(request, body);
    if (fault === 'lost') request.socket.destroy();
    else send(response, status, headers, request.method === 'HEAD' ? '' : answer);
  });

  type Answer = [status: number, headers: Record<string, string>, body: Buffer | string];
  function answerOf(request: IncomingMessage, body: Buffer): Answer {
    const url = new URL(request.url ?? '', 'http://localhost');
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    const current = hidden.has(key) ? undefined : versions.get(key)?.[0];
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && current) return [412, {}, error('PreconditionFailed')];
      const nonce = String(request.headers['x-amz-meta-nonce'] ?? '');
      versions.set(key, [{ body: contentOf(body, request), nonce }, ...(versions.get(key) ?? [])]);
      return [200, { etag: '"1"' }, ''];
    }
    const prefix = url.searchParams.get('prefix') ?? '';
    if (url.searchParams.has('versions')) return [200, {}, listVersions(prefix)];
    if (url.searchParams.has('list-type'))
      return [200, {}, list(prefix, Number(url.searchParams.get('max-keys') ?? 1000))];
    const wanted = url.searchParams.get('versionId');
    const found = wanted === null ? current : versions.get(key)?.[Number(wanted)];
    return found ? [200, { 'x-amz-meta-nonce': found.nonce }, found.body] : [404, {}, error('NoSuchKey')];
  }

  const keysWith = (prefix: string) => [...versions.keys()].filter((key) => key.startsWith(prefix)).sort();
  const list = (prefix: string, most: number) => {
    const keys = keysWith(prefix).filter((key) => !hidden.has(key));
    const contents = keys.slice(0, most).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    return `<ListBucketResult>${contents.join('')}</ListBucketResult>`;
  };
  const listVersions = (prefix: string) => {
    const listed = keysWith(prefix).flatMap((key) => [
      ...(versions.get(key) ?? []).map(
        (_, index) => `<Version><Key>${key}</Key><VersionId>${index}</VersionId></Version>`,
      ),
      ...(hidden.has(key) ? [`<DeleteMarker><Key>${key}</Key><VersionId>d</VersionId></DeleteMarker>`] : []),
    ]);
    return `<ListVersionsResult>${listed.join('')}<IsTruncated>false</IsTruncated></ListVersionsResult>`;
  };

  const { port, close } = await listening(server);
  const url = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
  const s3 = new S3Client({
    endpoint: url,
    region: 'eu-west-1',
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return { url, s3, versions, hidden, faults, writeFaults, requests: () => requests, close };
}

const codes: Record<number, string> = {
  403: 'AccessDenied',
  409: 'ConditionalRequestConflict',
  503: 'SlowDown',
};

function error(code: string): string {
  return `<Error><Code>${code}</Code></Error>`;
}

/** Without the frames in which the SDK sends a checksum after the content. */
function contentOf(body: Buffer, request: IncomingMessage): Buffer {
  const isFramed = String(request.headers['content-encoding'] ?? '').includes('aws-chunked');
  if (!isFramed) return body;
  const end = body.indexOf('\r\n');
  const length = Number.parseInt(body.subarray(0, end).toString(), 16);
  return body.subarray(end + 2, end + 2 + length);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer | string,
) {
  response.writeHead(status, headers).end(body);
}
