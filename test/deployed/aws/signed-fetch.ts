import { createHash, createHmac } from 'node:crypto';
import type { Emulator } from '../../support/emulator.ts';

export interface AwsRequest {
  /** As in the credential scope: `lambda`, `events`, `cloudformation`. */
  service: string;
  method?: 'GET' | 'POST' | 'PUT';
  /** With its query, sorted as it is signed. */
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Asks the emulator as the account's owner, for the services that this project has no client of.
 * @throws Error with the answer's text unless it is a success.
 */
export async function signedFetch({ clientOptions }: Emulator, request: AwsRequest): Promise<string> {
  const { method = 'POST', path = '/', body = '' } = request;
  const url = new URL(path, clientOptions.endpoint);
  const headers = { ...request.headers, ...signature(clientOptions, { ...request, url, method, body }) };
  const answer = await fetch(url, { method, headers, ...(method !== 'GET' && { body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${request.service} ${method} ${path}: ${answer.status} ${text}`);
  return text;
}

/**
 * The headers that prove who asks:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signature(
  { region, credentials }: Pick<Emulator['clientOptions'], 'region' | 'credentials'>,
  { service, method, url, body }: { service: string; method: string; url: URL; body: string },
) {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const canonical = [
    method,
    url.pathname,
    url.searchParams.toString(),
    `host:${url.host}`,
    `x-amz-date:${time}`,
    '',
    'host;x-amz-date',
    sha256(body),
  ].join('\n');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.join('/')}, ` +
    `SignedHeaders=host;x-amz-date, Signature=${hmac(key, toSign).toString('hex')}`;
  return { 'x-amz-date': time, authorization };
}

/** A call of the services that speak JSON; `target` is such as `AWSEvents.ListRules`. */
export async function jsonCall<T>(
  emulator: Emulator,
  service: string,
  target: string,
  input: object,
): Promise<T> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const text = await signedFetch(emulator, { service, headers, body: JSON.stringify(input) });
  return JSON.parse(text || '{}');
}

/** A call of the services that take a form and answer with XML. */
export function formCall(
  emulator: Emulator,
  service: string,
  input: Record<string, string>,
): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return signedFetch(emulator, { service, headers, body: new URLSearchParams(input).toString() });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
