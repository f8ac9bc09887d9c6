import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { executionCredentials } from '../../adapters/aws/execution-credentials.ts';
import { s3Ledger } from '../../adapters/aws/ledger.ts';
import { cloudSecrets } from '../../adapters/aws/secrets.ts';
import { containerImageDigest, ecsTaskArn } from '../../adapters/aws/task-metadata.ts';
import type { AwsAccess } from '../../adapters/secrets/aws-access.ts';
// Here nearly every target needs them.
import '../../adapters/secrets/remote-stores.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { AgentError } from '../../core/errors.ts';
import type { Environment } from '../../core/parse-environment.ts';
import type { RunnerEnv } from './env.ts';
import type { Side } from './runner.ts';

/**
 * The side of a runner that is a task of ECS: ledger and secrets are reached with the execution's own role.
 * @throws AgentError when its configuration, its role or its metadata cannot be had.
 */
export async function awsSide(env: RunnerEnv, environment: Environment): Promise<Side> {
  const access = accessOf(env);
  const http = { fetch, clock, random: Math.random };
  const metadata = environment.ECS_CONTAINER_METADATA_URI_V4;
  // They take a while, and everything needs them.
  const [launchId, imageDigest] = await Promise.all([
    ecsTaskArn(http, metadata),
    containerImageDigest(http, metadata),
    access.credentials?.(),
  ]);
  const s3 = new S3Client({
    ...access,
    // Checksums that nobody asked for are one more way to be refused by a store that is like S3.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    // Who names an endpoint of his own rarely has a name in the DNS for each bucket.
    forcePathStyle: Boolean(environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL),
  });
  return {
    ledger: s3Ledger({
      s3,
      ledgerBucket: bucketOf(env.RUNOPS_LEDGER),
      outputBucket: bucketOf(outputOf(env)),
      clock,
    }),
    secrets: cloudSecrets({ environment, access, variables: env.RUNOPS_SECRET_VARIABLES, clock }),
    databaseToken: async (login) => (await import('../../adapters/aws/rds-token.ts')).rdsToken(access)(login),
    openLiveSession: async (...call) =>
      (await import('../../adapters/aws/live-session.ts')).liveSessions(access)(...call),
    launchId,
    imageDigest,
  };
}

/** Without a role of the execution the container's own credentials are used, which the SDK finds. */
function accessOf({
  RUNOPS_EXECUTION_ROLE: roleArn,
  RUNOPS_EXECUTION_ID: executionId,
}: RunnerEnv): AwsAccess {
  if (roleArn === undefined) return {};
  return { credentials: executionCredentials({ sts: new STSClient({}), roleArn, executionId, clock }) };
}

function outputOf({ RUNOPS_OUTPUT: output }: RunnerEnv): string {
  if (output !== undefined) return output;
  throw new AgentError(
    'config-invalid',
    'RUNOPS_OUTPUT is not set: a ledger in a bucket needs s3://BUCKET for the output.',
  );
}

function bucketOf(url: string): string {
  return new URL(url).hostname;
}
