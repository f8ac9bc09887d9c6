import * as z from 'zod/mini';
import { messageOf } from '../../core/errors.ts';
import { type Fetch, type HttpOutcome, sendRequest } from '../../core/http-request.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Tracer } from '../../core/ports.ts';
import { type Signer, signedHeaders } from './sign-request.ts';
import { traceSegment } from './trace-segment.ts';

export interface XrayTracer extends Pick<Signer, 'region'> {
  /** The address of X-Ray in this region. */
  url: string;
  credentials: () => Promise<Signer['credentials']>;
  agentName: string;
  fetch: Fetch;
  clock: Clock;
  log: Log;
}

/**
 * Traces in X-Ray, each sent once by HTTPS. Not by the daemon beside a function: it is there for invocations only that
 * Lambda has chosen, one a second and a twentieth of the others.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-services-lambda.html
 */
export function xrayTracer({ url, region, credentials, agentName, ...http }: XrayTracer): Tracer {
  const address = new URL('/TraceSegments', url).href;
  const send = async (segment: string) => {
    const body = JSON.stringify({ TraceSegmentDocuments: [segment] });
    const signer = { service: 'xray', region, credentials: await credentials() };
    const outcome = await sendRequest(http, {
      method: 'POST',
      url: address,
      headers: signedHeaders(signer, { url: address, body, now: http.clock.now() }),
      body,
      timeoutMilliseconds: limits.traceMilliseconds,
      responseBytesMax: limits.shortResponseBytes,
    });
    return problemOf(outcome);
  };
  return {
    async record(execution) {
      const problem = await send(traceSegment(execution, agentName)).catch(messageOf);
      if (problem) http.log.error('trace.failed', { taskId: execution.labels.taskId, cause: problem });
    },
  };
}

const answer = z.object({
  UnprocessedTraceSegments: z.optional(z.array(z.object({ ErrorCode: z.optional(z.string()) }))),
});

/** X-Ray answers 200 to a segment that it did not take, too. */
function problemOf(outcome: HttpOutcome): string | undefined {
  if (outcome.status === null) return `X-Ray gave no answer (${outcome.problem})`;
  if (outcome.status !== 200) return `X-Ray answered ${outcome.status}`;
  const [unprocessed] = answer.safeParse(jsonOf(outcome.body)).data?.UnprocessedTraceSegments ?? [];
  return unprocessed && `X-Ray did not take the segment (${unprocessed.ErrorCode ?? 'no code'})`;
}

function jsonOf(body: string | null): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}
