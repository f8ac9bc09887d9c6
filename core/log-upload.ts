import { AgentError } from './errors.ts';
import type { HttpOutcome } from './http-request.ts';
import { type Http, isPassing, sendWithRetries } from './http-retry.ts';
import { limits } from './limits.ts';
import type { StoredLog } from './ports.ts';

/**
 * Puts a log at a pre-signed URL. The URL is a credential: it is in no message, and no header of ours goes there.
 * @throws AgentError `api-unreachable` or `api-refused`; an error of `log.read` comes out as it is.
 */
export async function uploadLog(
  http: Http & { apiUrl: string },
  url: string,
  log: Pick<StoredLog, 'bytes' | 'read'>,
): Promise<void> {
  refuseUnsafe(url, http.apiUrl);
  const request = {
    method: 'PUT',
    url,
    headers: {
      'content-type': 'application/octet-stream',
      // S3 takes no chunked body: without a length it answers 411 or 501.
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
      'content-length': String(log.bytes),
    },
    body: () => log.read(),
    stallMilliseconds: limits.uploadStallMilliseconds,
    responseBytesMax: limits.shortResponseBytes,
  } as const;
  const { outcome, tries } = await sendWithRetries(http, request, limits.apiCalls.upload, false);
  if (outcome.status !== null && outcome.status >= 200 && outcome.status < 300) return;
  throw failureOf(outcome, tries);
}

/** Over TLS, unless the API itself is plain: then it is a server on the same machine or network. */
function refuseUnsafe(url: string, apiUrl: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol === 'https:' || (protocol === 'http:' && new URL(apiUrl).protocol === 'http:')) return;
  const message = 'The log was not uploaded: the address that the lock gave is not an https address.';
  throw new AgentError('api-refused', message);
}

function failureOf(outcome: HttpOutcome, tries: number): AgentError {
  const found =
    outcome.status === null ? `gave no answer (${outcome.problem})` : `answered ${outcome.status}`;
  const what = `The upload of the log failed after ${tries} ${tries === 1 ? 'try' : 'tries'}: its address ${found}.`;
  if (isPassing(outcome, false)) {
    return new AgentError('api-unreachable', `${what} Check that the agent reaches it.`, { retryable: true });
  }
  return new AgentError('api-refused', `${what} The pre-signed URL of the lock may have expired.`);
}
