import { expect, test, vi } from 'vitest';
import { issuerKey } from '../support/fake-key-server.ts';
import { issuerWithVerifier } from '../support/identity.ts';

test('the keys are fetched once for many tokens, also when they come together', async () => {
  const { keyServer, verify, token } = await issuerWithVerifier();
  const tokens = await Promise.all(Array.from({ length: 10 }, () => token()));
  await Promise.all(tokens.map((text) => verify(text, null)));
  expect(keyServer.requests()).toBe(1);
});

test('a new key is picked up when a token needs it', async () => {
  const { keyServer, verify, token, clock } = await issuerWithVerifier();
  await verify(await token(), null);
  const next = await issuerKey('key-2');
  keyServer.publish(next);
  await clock.advance(15_000);
  await verify(await token({}, next), null);
  await expect(verify(await token(), null)).rejects.toThrow('not in the key set');
});

test('a new key under the old name is picked up too', async () => {
  const { keyServer, verify, token, clock } = await issuerWithVerifier();
  await verify(await token(), null);
  const next = await issuerKey('key-1');
  keyServer.publish(next);
  await clock.advance(15_000);
  await verify(await token({}, next), null);
});

test('tokens with unknown keys do not flood the key server', async () => {
  const { keyServer, verify, token, clock } = await issuerWithVerifier();
  await verify(await token(), null);
  for (let i = 0; i < 20; i++) {
    await expect(verify(await token({}, await issuerKey(`bad-${i}`, 'ES256')), null)).rejects.toThrow(
      'key set',
    );
    await clock.advance(1000);
  }
  expect(keyServer.requests()).toBe(2);
});

test('a withdrawn key is gone after ten minutes', async () => {
  const { keyServer, verify, token, clock } = await issuerWithVerifier();
  await verify(await token(), null);
  keyServer.publish(await issuerKey('key-2'));
  await clock.advance(599_000);
  await verify(await token(), null);
  await clock.advance(1000);
  await expect(verify(await token(), null)).rejects.toThrow('not in the key set');
});

test('known keys outlive an outage of the key server, and unknown ones are rejected', async () => {
  const { keyServer, verify, token, clock } = await issuerWithVerifier();
  await verify(await token(), null);
  await keyServer.close();
  await clock.advance(3_600_000);
  await verify(await token(), null);
  await expect(verify(await token({}, await issuerKey('key-2')), null)).rejects.toMatchObject({
    code: 'identity-rejected',
    message: expect.stringContaining('not in the key set of JWK_URL'),
  });
});

test('without any key nobody is let in, and the message says why', async () => {
  const { keyServer, verify, token, clock } = await issuerWithVerifier();
  keyServer.misbehave((_, response) => response.writeHead(503).end());
  await expect(verify(await token(), null)).rejects.toMatchObject({
    code: 'identity-rejected',
    message: expect.stringMatching(
      /^The user token could not be verified: no keys could be fetched from JWK_URL/,
    ),
  });
  expect(keyServer.requests()).toBe(3);
  keyServer.misbehave();
  await clock.advance(15_000);
  await verify(await token(), null);
});

test('a short failure of the key server goes unnoticed', async () => {
  const { keyServer, verify, token } = await issuerWithVerifier();
  keyServer.misbehave((_, response) => {
    response.destroy();
    keyServer.misbehave();
  });
  await verify(await token(), null);
});

test('a key server that hangs is given up', async () => {
  const { keyServer, verify, token, clock } = await issuerWithVerifier();
  keyServer.misbehave(() => {});
  const verified = expect(verify(await token(), null)).rejects.toThrow('no keys could be fetched');
  for (const tries of [1, 2]) {
    await vi.waitFor(() => expect(keyServer.requests()).toBe(tries), 10_000);
    await clock.advance(5_000);
  }
  await verified;
});

test.each([
  ['a page', '<html></html>'],
  ['another object', '{"error":"x"}'],
  ['keys that are none', '{"keys":[1]}'],
  ['a megabyte too many', `{"keys":[],"x":"${'x'.repeat(1024 * 1024)}"}`],
])('%s is not a key set', async (_, body) => {
  const { keyServer, verify, token } = await issuerWithVerifier();
  keyServer.misbehave((_, response) => response.end(body));
  await expect(verify(await token(), null)).rejects.toThrow('no keys could be fetched');
});

test('a redirect to other keys is not followed', async () => {
  const { keyServer, verify, token } = await issuerWithVerifier();
  const other = await issuerWithVerifier();
  keyServer.misbehave((_, response) => response.writeHead(302, { location: other.keyServer.url }).end());
  await expect(verify(await token({}, other.key), null)).rejects.toThrow('no keys could be fetched');
  expect(other.keyServer.requests()).toBe(0);
});

test('one broken key does not spoil the others', async () => {
  const { keyServer, key, verify, token } = await issuerWithVerifier();
  const broken = { ...key, jwk: { kty: 'RSA', kid: 'broken', alg: 'RS256', n: '!!', e: 5 } };
  keyServer.publish(broken, key);
  await verify(await token(), null);
  await expect(verify(await token({}, { ...key, kid: 'broken' }), null)).rejects.toThrow(
    'slack tasks are disabled',
  );
});
