import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignatureV4, type SignatureV4Init } from '@smithy/signature-v4';

/** Whether a request was signed as Amazon's own code signs it. */
export function signatureCheck(settings: Omit<SignatureV4Init, 'sha256'>) {
  const signer = new SignatureV4({ ...settings, sha256: Sha256 });
  return async (request: IncomingMessage, body: Buffer): Promise<boolean> => {
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
  };
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
