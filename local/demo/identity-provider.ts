import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface IdentityProvider {
  jwkUrl: string;
  /** A token of this user, good for five minutes. */
  tokenFor(email: string): Promise<string>;
  close(): void;
}

/** An identity provider as small as can be: one key pair, and its public half on loopback. */
export async function startIdentityProvider(keyId: string): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'ES256', use: 'sig' }] };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(keys));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    jwkUrl: `http://127.0.0.1:${port}/keys.json`,
    tokenFor: (email) =>
      new SignJWT({ email })
        .setProtectedHeader({ alg: 'ES256', kid: keyId })
        .setIssuedAt()
        .setExpirationTime('5 minutes')
        .sign(privateKey),
    close: () => server.close(),
  };
}
