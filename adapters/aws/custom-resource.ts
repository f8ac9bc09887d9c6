import * as z from 'zod/mini';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { Fetch } from '../../core/http-request.ts';

/**
 * What CloudFormation asks of a custom resource. Values of its properties are texts, lists and objects of them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export type ResourceRequest = z.infer<typeof requestSchema>;
const requestSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.optional(z.string()),
  ResourceProperties: z.record(z.string(), z.unknown()),
});

/** A sentence in an event of the stack is cut off after this: the whole answer may have 4,096 bytes. */
const reasonCharactersMax = 1500;
const answerTries = 3;

/**
 * Does what CloudFormation asks for and tells it how that went, so that a stack never waits for its timeout. What
 * `work` returns are the attributes of the resource; what it throws becomes the reason in the events of the stack.
 * A resource that is deleted is done at once: it holds nothing.
 * @throws AgentError when the event is no such request, or when CloudFormation cannot be told.
 */
export async function answerCustomResource(
  { fetch }: { fetch: Fetch },
  event: unknown,
  work: (request: ResourceRequest) => Promise<Record<string, string>>,
): Promise<void> {
  const { data: request } = requestSchema.safeParse(event);
  if (!request) {
    throw new AgentError(
      'config-invalid',
      'Only CloudFormation calls this function: update the stack instead.',
    );
  }
  const answer = await outcomeOf(request, work);
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = LogicalResourceId } = request;
  await tell(fetch, request.ResponseURL, {
    ...answer,
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId,
  });
}

async function outcomeOf(
  request: ResourceRequest,
  work: (request: ResourceRequest) => Promise<Record<string, string>>,
) {
  if (request.RequestType === 'Delete') return { Status: 'SUCCESS' };
  try {
    return { Status: 'SUCCESS', Data: await work(request) };
  } catch (thrown) {
    return { Status: 'FAILED', Reason: messageOf(thrown).slice(0, reasonCharactersMax) };
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
async function tell(fetch: Fetch, url: string, answer: object): Promise<void> {
  const body = JSON.stringify(answer);
  let problem = '';
  for (let tries = 0; tries < answerTries; tries++) {
    try {
      // The address is signed for an empty type:
      // https://docs.aws.amazon.com/lambda/latest/dg/services-cloudformation.html
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(url, { method: 'PUT', headers: { 'content-type': '' }, body, signal });
      if (response.ok) return;
      problem = `status ${response.status}`;
    } catch (thrown) {
      problem = messageOf(thrown);
    }
  }
  throw new AgentError('config-invalid', `CloudFormation could not be told: ${problem}.`);
}
