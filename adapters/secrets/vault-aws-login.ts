import type { STSClient } from '@aws-sdk/client-sts';
import { AgentError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { VaultOptions } from './vault.ts';
import type { VaultEnv } from './vault-env.ts';
import { withinTime } from './within-time.ts';

/**
 * A signed question to STS, "who am I?", that is not asked: Vault asks it in our place and learns who signed.
 * https://developer.hashicorp.com/vault/docs/auth/aws#iam-auth-method
 */
export async function signedCallerIdentity(
  env: VaultEnv,
  { access, clock }: Pick<VaultOptions, 'access' | 'clock'>,
): Promise<Record<string, string>> {
  const { STSClient } = await import('./sts.ts');
  const client = new STSClient({ ...access, ...endpointOf(env.VAULT_AWS_REGION) });
  const late =
    'failed to get Vault client token: the AWS credentials for it did not come in time. Check the role of the agent.';
  const request = await withinTime(clock, limits.secretCalls.read.totalMilliseconds, late, () =>
    signed(client, env.VAULT_AWS_SERVER_ID),
  ).catch((cause) => {
    if (cause instanceof AgentError) throw cause;
    const message =
      `failed to get Vault client token: there are no valid AWS credentials for it (${cause.name}). ` +
      'Give the agent a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
    throw new AgentError('secrets-invalid', message, { cause });
  });
  return {
    iam_http_request_method: request.method,
    iam_request_url: base64(`${request.protocol}//${request.hostname}${request.path}`),
    iam_request_body: base64(String(request.body)),
    iam_request_headers: base64(JSON.stringify(request.headers)),
  };
}

/** The SDK's request, as far as Vault wants it. */
interface SignedRequest {
  method: string;
  protocol: string;
  hostname: string;
  path: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** Vault passes the question on to the global endpoint unless it is configured for a region. */
function endpointOf(region: string | undefined) {
  return region === undefined ? { region: 'us-east-1', endpoint: 'https://sts.amazonaws.com' } : { region };
}

async function signed(client: STSClient, serverId: string | undefined): Promise<SignedRequest> {
  const { middlewareStack } = client;
  let result: SignedRequest | undefined;
  if (serverId !== undefined) {
    middlewareStack.add(
      (next) => (args) => {
        // Signed, so that nobody can use what this Vault heard with another one.
        if (isRequest(args.request)) args.request.headers['X-Vault-AWS-IAM-Server-ID'] = serverId;
        return next(args);
      },
      { step: 'build' },
    );
  }
  middlewareStack.addRelativeTo(
    () => async (args: { request?: unknown }) => {
      if (isRequest(args.request)) result = args.request;
      return { response: {}, output: { $metadata: {} } };
    },
    { relation: 'after', toMiddleware: 'httpSigningMiddleware' },
  );
  const { GetCallerIdentityCommand } = await import('./sts.ts');
  await client.send(new GetCallerIdentityCommand({}));
  if (!result) throw new TypeError('The client of STS signed nothing.');
  return result;
}

function isRequest(value: unknown): value is SignedRequest {
  return typeof value === 'object' && value !== null && 'headers' in value && 'hostname' in value;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
