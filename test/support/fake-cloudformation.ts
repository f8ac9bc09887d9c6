import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listening } from './listening.ts';

/** What a custom resource told CloudFormation, and how it was sent. */
export interface ToldAnswer {
  method: string | undefined;
  contentType: string | undefined;
  body: Record<string, unknown>;
}

/** The address to which custom resources answer, behind a real socket. */
export interface FakeCloudFormation {
  answers: ToldAnswer[];
  /** The statuses with which the next answers are refused. */
  faults: number[];
  /** A request as CloudFormation sends it to a function. */
  request(type: 'Create' | 'Update' | 'Delete', properties?: object): Record<string, unknown>;
  close(): Promise<void>;
}

export async function startFakeCloudFormation(): Promise<FakeCloudFormation> {
  const answers: ToldAnswer[] = [];
  const faults: number[] = [];
  const server = createServer(async (request, response) => {
    const body = await json(request);
    const fault = faults.shift();
    const { method, headers } = request;
    if (fault === undefined)
      answers.push({ method, contentType: headers['content-type'], body: Object(body) });
    response.writeHead(fault ?? 200).end();
  });
  const { port, close } = await listening(server);
  return {
    ...{ answers, faults, close },
    request: (RequestType, ResourceProperties = {}) => ({
      ...{ RequestType, ResourceProperties, ResourceType: 'Custom::RunopsPreflight' },
      ResponseURL: `http://127.0.0.1:${port}/answer?X-Amz-Signature=signed`,
      ...{ StackId: 'arn:stack', RequestId: 'request-1', LogicalResourceId: 'Preflight' },
    }),
  };
}
