import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { askStore } from '../../../adapters/secrets/ask-store.ts';
import { limits } from '../../../core/limits.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { listening } from '../../support/listening.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

/** Asks a store that answers so. Pauses pass at once, timeouts never. */
async function ask(answer: RequestListener, clock = fakeClock({ skip: 1000 })) {
  const server = await listening(createServer(answer));
  close = server.close;
  const question = {
    method: 'GET',
    url: `http://127.0.0.1:${server.port}/`,
    headers: { 'x-token': 't' },
  } as const;
  return askStore({ fetch, clock, random: () => 0 }, question);
}

it('makes nothing of an answer that is no JSON, and quotes none of it', async () => {
  const answer = await ask((_, response) => response.end('{"PG_PASS": "planted'));
  expect(answer).toEqual({ status: 200, json: undefined });
});

it('takes no answer that is too long', async () => {
  const answer = await ask((_, response) => response.end('x'.repeat(limits.secretBytes + 1)));
  expect(answer).toEqual({ status: null, problem: `an answer of more than ${limits.secretBytes} bytes` });
});

it('carries no token to where it is redirected', async () => {
  const answer = await ask((_, response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  );
  expect(answer).toMatchObject({ status: 307 });
});

it('asks again after a failure that may pass, some times', async () => {
  let asked = 0;
  const answer = await ask((_, response) => {
    asked++;
    response.writeHead(asked < 3 ? 503 : 200).end('{}');
  });
  expect([asked, answer]).toEqual([3, { status: 200, json: {} }]);
});

it('does not wait for ever', async () => {
  const clock = fakeClock({ skip: 1000 });
  const answer = ask(() => {}, clock);
  for (let tries = 0; tries < limits.secretCalls.read.tries; tries++) {
    await clock.asleep();
    await clock.advance(limits.secretCalls.read.tryMilliseconds);
  }
  expect(await answer).toEqual({ status: null, problem: 'timeout after 10 s' });
});
