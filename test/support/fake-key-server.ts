import { createServer, type RequestListener } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** A key of the token issuer. `kid: null` publishes it without a name. */
export interface IssuerKey {
  alg: string;
  kid: string | null;
  privateKey: CryptoKey;
  jwk: Record<string, unknown>;
}

export interface FakeKeyServer {
  url: string;
  /** How often the keys were asked for. */
  requests(): number;
  /** Publishes exactly these keys from now on. */
  publish(...keys: IssuerKey[]): void;
  /** Answers in this way from now on; with nothing it serves its keys again. */
  misbehave(answer?: RequestListener): void;
  close(): Promise<void>;
}

/** A JWKS endpoint behind a real socket. Close it after the test. */
export async function startFakeKeyServer(): Promise<FakeKeyServer> {
  let published: IssuerKey[] = [];
  let answer: RequestListener | undefined;
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    if (answer) answer(request, response);
    else response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks.json`,
    requests: () => count,
    publish: (...keys) => {
      published = keys;
    },
    misbehave: (listener) => {
      answer = listener;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A new key of the issuer. */
export async function issuerKey(kid: string | null, alg = 'RS256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid === null ? {} : { kid }) };
  return { alg, kid, privateKey, jwk };
}

/** A token of the issuer, with whatever claims the test wants. */
export function tokenOf(key: IssuerKey, claims: JWTPayload): Promise<string> {
  const header = { alg: key.alg, ...(key.kid === null ? {} : { kid: key.kid }) };
  return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
}
