import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { signatureCheck } from './signature-check.ts';

export interface FakeS3 {
  url: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  objects: Map<string, Buffer>;
  /** What the next requests are answered with in place of their work; `lost` works, and then hangs up. */
  faults: ('lost' | number)[];
  /** Requests whose signature was wrong. */
  forged: string[];
  close(): void;
}

const region = 'eu-west-1';

/** Objects under `/bucket/key`, conditional writes, and signatures that are checked with Amazon's own code. */
export async function startFakeS3(): Promise<FakeS3> {
  const credentials = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalr/secret',
    sessionToken: 'a+token/==',
  };
  const isSigned = signatureCheck({ credentials, region, service: 's3', uriEscapePath: false });
  const writers = new Map<string, string>();
  const fake = { credentials, objects: new Map<string, Buffer>(), faults: [], forged: [] } as Pick<
    FakeS3,
    'credentials' | 'objects' | 'faults' | 'forged'
  >;

  function carryOut(request: IncomingMessage, body: Buffer, response: ServerResponse) {
    const key = request.url ?? '';
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && fake.objects.has(key)) return response.writeHead(412);
      fake.objects.set(key, body);
      writers.set(key, String(request.headers['x-amz-meta-writer']));
      return response.writeHead(200);
    }
    // As S3 answers those who may not list the bucket.
    if (!fake.objects.has(key)) return response.writeHead(403);
    return response.writeHead(200, { 'x-amz-meta-writer': writers.get(key) ?? '' });
  }

  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    if (!(await isSigned(request, body))) {
      fake.forged.push(`${request.method} ${request.url}`);
      response.writeHead(403).end();
      return;
    }
    const fault = fake.faults.shift();
    if (typeof fault === 'number') {
      response.writeHead(fault).end();
      return;
    }
    carryOut(request, body, response);
    if (fault === 'lost') request.socket.destroy();
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { ...fake, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
