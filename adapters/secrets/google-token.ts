import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { httpsAddress } from '../redaction/https-address.ts';
import type { AwsAccess, AwsCredentials } from './aws-access.ts';
import type { GcpOptions } from './gcp.ts';
import { withinTime } from './within-time.ts';

const scopes = ['https://www.googleapis.com/auth/cloud-platform'];

/**
 * A workload identity federation with AWS, as `gcloud iam workload-identity-pools create-cred-config --aws`
 * writes it.
 */
const federationSchema = z.looseObject({
  type: z.literal('external_account'),
  audience: z.string(),
  subject_token_type: z.string(),
  token_url: httpsAddress,
  credential_source: z.looseObject({ environment_id: z.string().check(z.startsWith('aws')) }),
});

/**
 * An access token for Google's services.
 * @throws AgentError `secrets-invalid`; it quotes nothing of the library's errors, which may hold tokens.
 */
export async function googleToken(options: GcpOptions): Promise<string> {
  const { totalMilliseconds } = limits.secretCalls.read;
  const late =
    `${refused} Google gave no token within ${totalMilliseconds / 1000} s. Check that the network ` +
    `reaches it.`;
  const token = await withinTime(options.clock, totalMilliseconds, late, () => request(options)).catch(
    (cause) => {
      throw cause instanceof AgentError ? cause : new AgentError('secrets-invalid', `${refused} ${advice}`);
    },
  );
  if (token) return token;
  throw new AgentError('secrets-invalid', `${refused} ${advice}`);
}

const refused = 'The agent has no access to Google Secret Manager:';
const advice =
  'no valid credentials. Set GOOGLE_APPLICATION_CREDENTIALS to a key file or to the configuration of a workload ' +
  'identity federation, and check the pool, its attribute condition and the service account.';

async function request({ environment, access }: GcpOptions): Promise<string | null | undefined> {
  // By its default export, which is all that a bundle in several files has of a CommonJS package.
  const { AwsClient, GoogleAuth } = (await import('google-auth-library')).default;
  const configured = environment.GOOGLE_APPLICATION_CREDENTIALS || undefined;
  const credentials = configured && JSON.parse(await contentOf(configured));
  const federation = federationSchema.safeParse(credentials);
  if (federation.success) {
    // The library looks for AWS credentials in variables and at EC2's own address; a container of ECS has neither.
    const { credential_source: _, ...rest } = federation.data;
    const aws_security_credentials_supplier = supplier(environment, access);
    return (await new AwsClient({ ...rest, scopes, aws_security_credentials_supplier }).getAccessToken())
      .token;
  }
  const auth = new GoogleAuth({ scopes, ...(credentials ? { credentials } : {}) });
  // A token that the key signs itself: https://google.aip.dev/auth/4111
  auth.useJWTAccessWithScope = true;
  return (await auth.getRequestHeaders()).get('authorization')?.replace(/^Bearer /, '');
}

/**
 * A file's, or the variable's own: the configuration of a federation holds no secret, and a container may have
 * no file.
 */
async function contentOf(configured: string): Promise<string> {
  return configured.trimStart().startsWith('{') ? configured : readFile(configured, 'utf8');
}

function supplier(environment: GcpOptions['environment'], access: AwsAccess) {
  return {
    getAwsRegion: async () => environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1',
    async getAwsSecurityCredentials() {
      const { accessKeyId, secretAccessKey, sessionToken } = await (
        access.credentials ?? defaultCredentials
      )();
      return { accessKeyId, secretAccessKey, ...(sessionToken ? { token: sessionToken } : {}) };
    },
  };
}

/** The SDK's own chain, which every client of AWS has. */
async function defaultCredentials(): Promise<AwsCredentials> {
  const { STSClient } = await import('./sts.ts');
  return new STSClient({ region: 'us-east-1' }).config.credentials();
}
