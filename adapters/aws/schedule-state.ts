import { createHash, createHmac } from 'node:crypto';
import type { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import type { Fetch } from '../../core/http-request.ts';

/** A refusal of EventBridge Scheduler, in the form of the SDK's errors. */
class SchedulerError extends Error {
  override readonly name: string;
  readonly $metadata: { httpStatusCode: number };

  constructor(name: string, httpStatusCode: number) {
    super('');
    this.name = name;
    this.$metadata = { httpStatusCode };
  }
}

const schedule = z.object({ State: z.enum(['ENABLED', 'DISABLED']) });

/**
 * Whether a schedule of the default group is on. One signed request, for which a client of its own would be large.
 * The credentials and the region are those of `sts`.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html
 */
export async function scheduleState(
  { sts, fetch, endpoint }: { sts: STSClient; fetch: Fetch; endpoint: string | undefined },
  name: string,
): Promise<'ENABLED' | 'DISABLED'> {
  const { credentials, region } = sts.config;
  const own = `https://scheduler.${await region()}.amazonaws.com`;
  const url = new URL(`/schedules/${encodeURIComponent(name)}?groupName=default`, endpoint ?? own);
  const signer = new SignatureV4({ credentials, region, service: 'scheduler', sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: { groupName: 'default' },
    headers: { host: url.host },
  });
  const answer = await fetch(url.href, { headers, signal: AbortSignal.timeout(answerMilliseconds) });
  if (answer.ok) return schedule.parse(await answer.json()).State;
  const [type = 'Unknown'] = (answer.headers.get('x-amzn-errortype') ?? '').split(':');
  throw new SchedulerError(type, answer.status);
}

const answerMilliseconds = 10_000;

/** What the signer wants of a hash: with a secret it is an HMAC. */
class Sha256 {
  readonly #hash;

  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Uint8Array) {
    this.#hash.update(data);
  }

  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
}

type SourceData = string | ArrayBuffer | ArrayBufferView;

function bytesOf(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
