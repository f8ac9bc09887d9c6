import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listening } from '../listening.ts';
import { formServices } from './form-services.ts';
import { jsonServices } from './json-services.ts';
import { restServices } from './rest-services.ts';
import type { AccountState } from './state.ts';

/** A call as the SDK made it. */
export interface AwsRequest {
  /** As in the credential scope: `ec2`, `monitoring`. */
  service: string;
  /** The name of the call, where its protocol names one. */
  operation: string;
  method: string;
  url: URL;
  body: string;
}

export interface AwsReply {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

/** Answers calls of a service; undefined for one that it does not know. */
export type FakeService = (state: AccountState, request: AwsRequest) => AwsReply | undefined;

export interface FakeAccount {
  url: string;
  state: AccountState;
  /** Every call, as `service:operation`. */
  calls: string[];
  /** Whether secrets' values were asked for, by their ids. */
  read: string[];
  /** How far the clock of AWS is from that of this machine. */
  aheadMilliseconds: number;
  close(): Promise<void>;
}

/** Behind one address all services that a look at an agent asks, each in the protocol that the SDK speaks with it. */
export async function startFakeAccount(state: AccountState): Promise<FakeAccount> {
  const services: Record<string, FakeService> = { ...formServices, ...jsonServices, ...restServices };
  const server = createServer(async (incoming, response) => {
    const request = await requestOf(incoming);
    const { service, operation } = request;
    fake.calls.push(`${service}:${operation}`);
    if (operation === 'GetSecretValue') fake.read.push(JSON.parse(request.body).SecretId);
    const reply = services[service]?.(fake.state, request);
    response.setHeader('date', new Date(Date.now() + fake.aheadMilliseconds).toUTCString());
    const { status = 200, headers = {}, body } = reply ?? { status: 501, body: `${service}:${operation}` };
    response.writeHead(status, headers).end(body);
  });
  const { port, close } = await listening(server);
  const fake: FakeAccount = {
    ...{ url: `http://127.0.0.1:${port}`, state, calls: [], read: [], aheadMilliseconds: 0, close },
  };
  return fake;
}

async function requestOf(incoming: import('node:http').IncomingMessage): Promise<AwsRequest> {
  const body = (await buffer(incoming)).toString();
  const { headers, method = '' } = incoming;
  const scope = /Credential=[^/]+\/\d+\/[\w-]+\/([\w-]+)\//.exec(headers.authorization ?? '');
  const target = String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  const form = headers['content-type']?.startsWith('application/x-www-form')
    ? new URLSearchParams(body)
    : undefined;
  const url = new URL(incoming.url ?? '/', 'http://aws');
  return { service: scope?.[1] ?? '', operation: target || (form?.get('Action') ?? ''), method, url, body };
}
