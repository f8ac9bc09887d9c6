import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { signatureCheck } from './signature-check.ts';

export interface FakeXray {
  url: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  /** The segment documents that came, as they came. */
  documents: string[];
  /** Requests that are no PutTraceSegments, or whose signature was wrong. */
  refused: string[];
  /** What comes back: a status, no answer at all (`hang`), or a segment that was not taken. */
  answers: 'well' | 'hang' | 'unprocessed' | number;
}

export const xrayRegion = 'eu-west-1';

/**
 * PutTraceSegments over a real socket, with signatures that are checked with Amazon's own code.
 * https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html
 */
export async function startFakeXray(): Promise<FakeXray> {
  const credentials = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalr/secret',
    sessionToken: 'a+token/==',
  };
  const isSigned = signatureCheck({ credentials, region: xrayRegion, service: 'xray', applyChecksum: false });
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const call = `${request.method} ${request.url} ${request.headers['content-type']}`;
    if (call !== 'POST /TraceSegments application/json' || !(await isSigned(request, body))) {
      fake.refused.push(call);
      response.writeHead(403).end('{"message":"The request signature we calculated does not match."}');
      return;
    }
    fake.documents.push(...JSON.parse(body.toString()).TraceSegmentDocuments);
    if (fake.answers === 'hang') return;
    if (typeof fake.answers === 'number') {
      response.writeHead(fake.answers).end('{"message":"Rate exceeded"}');
      return;
    }
    const segments = fake.answers === 'unprocessed' ? [{ ErrorCode: 'ParseError', Message: 'no id' }] : [];
    response.writeHead(200).end(JSON.stringify({ UnprocessedTraceSegments: segments }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeXray = { url, credentials, documents: [], refused: [], answers: 'well' };
  return fake;
}
