import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';

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
  const signer = new SignatureV4({
    credentials,
    region,
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
  });
  const writers = new Map<string, string>();
  const fake = { credentials, objects: new Map<string, Buffer>(), faults: [], forged: [] } as Pick<
    FakeS3,
    'credentials' | 'objects' | 'faults' | 'forged'
  >;

  async function isSigned(request: IncomingMessage, body: Buffer): Promise<boolean> {
    const [, names = ''] = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '') ?? [];
    const headers = Object.fromEntries(names.split(';').map((name) => [name, String(request.headers[name])]));
    const date = String(request.headers['x-amz-date']);
    const signingDate = new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
    const { host = '' } = request.headers;
    const [hostname = '', port] = host.split(':');
    const unsigned = {
      ...{ method: request.method ?? '', protocol: 'http:', hostname, port: Number(port), headers, body },
      path: request.url ?? '',
      query: {},
    };
    const signed = await signer.sign(unsigned, { signingDate });
    return signed.headers.authorization === request.headers.authorization;
  }

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

/** What Amazon's signer wants for its hashes. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
