import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import { type Http, sendWithRetries } from '../../core/http-retry.ts';

const patience = { tries: 5, tryMilliseconds: 2_000, totalMilliseconds: 15_000 };
const taskSchema = z.object({ TaskARN: z.string().check(z.startsWith('arn:')) });

/**
 * The ARN of the ECS task in which this container is. `address` is the container's ECS_CONTAINER_METADATA_URI_V4.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
 * @throws AgentError `config-invalid` without an address, `launch-failed` when nothing useful is answered.
 */
export async function ecsTaskArn(http: Http, address: string | undefined): Promise<string> {
  if (!address || !URL.canParse(address)) {
    const message =
      'ECS_CONTAINER_METADATA_URI_V4 is not set: a runner whose ledger is a bucket has to be a task of ECS ' +
      '(on Fargate with platform version 1.4.0 or later).';
    throw new AgentError('config-invalid', message);
  }
  const { outcome, tries } = await ask(http, `${address}/task`, patience);
  const parsed = taskSchema.safeParse(outcome.status === 200 ? parseJson(outcome.body) : undefined);
  if (parsed.success) return parsed.data.TaskARN;
  const answer = outcome.status === null ? outcome.problem : `status ${outcome.status}`;
  const message = `The metadata of the ECS task could not be read: ${answer} after ${tries} tries at ${address}/task.`;
  throw new AgentError('launch-failed', message, { retryable: true });
}

const containerSchema = z.object({ Image: z.optional(z.string()), ImageID: z.optional(z.string()) });

/**
 * The digest of the image that this container runs: the one in its name, or what ECS calls `ImageID`. Undefined when
 * ECS does not say at once: it is for the audit trail, and no reason to wait.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
 */
export async function containerImageDigest(
  http: Http,
  address: string | undefined,
): Promise<string | undefined> {
  if (!address || !URL.canParse(address)) return undefined;
  const { outcome } = await ask(http, address, { ...patience, tries: 1 });
  const { data } = containerSchema.safeParse(outcome.status === 200 ? parseJson(outcome.body) : undefined);
  return [data?.Image, data?.ImageID]
    .map((text) => /sha256:[0-9a-f]{64}$/.exec(text ?? '')?.[0])
    .find(Boolean);
}

function ask(http: Http, url: string, howOften: typeof patience) {
  const request = { method: 'GET', url, headers: {}, responseBytesMax: 1024 * 1024 } as const;
  return sendWithRetries(http, request, howOften, true);
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
