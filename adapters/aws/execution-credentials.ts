import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Clock } from '../../core/ports.ts';
import type { AwsCredentials } from '../secrets/aws-access.ts';
import { mayPass } from './aws-failure.ts';

export interface ExecutionCredentialsOptions {
  /** With the container's own credentials. */
  sts: STSClient;
  roleArn: string;
  executionId: ExecutionId;
  clock: Clock;
}

/** What a role lasts that another role takes on: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html */
const sessionSeconds = 3600;
/** The clients of the SDK ask again five minutes before the end, and must get others then. */
const refreshMilliseconds = 10 * 60 * 1000;
const sessionNameCharacters = 64;

/**
 * Credentials for one execution: the role with the session tag `execution`, by which its permissions reach this
 * execution's records alone. Asked for once, and again before they end.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 * @throws AgentError `config-invalid` when the role may not be taken on.
 */
export function executionCredentials(options: ExecutionCredentialsOptions): () => Promise<AwsCredentials> {
  const { clock } = options;
  let current: AwsCredentials | undefined;
  let asking: Promise<AwsCredentials> | undefined;
  const leftOf = (credentials: AwsCredentials | undefined) =>
    (credentials?.expiration?.getTime() ?? 0) - clock.now();

  const refresh = async () => {
    try {
      current = await assumeRole(options);
      return current;
    } catch (thrown) {
      // Those that still hold are better than none; the next one to ask tries again.
      if (current && leftOf(current) > 0) return current;
      throw thrown;
    } finally {
      asking = undefined;
    }
  };
  return async () => {
    if (current && leftOf(current) > refreshMilliseconds) return current;
    asking ??= refresh();
    return asking;
  };
}

async function assumeRole({
  sts,
  roleArn,
  executionId,
}: ExecutionCredentialsOptions): Promise<AwsCredentials> {
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: `runops-${executionId}`.slice(0, sessionNameCharacters),
    DurationSeconds: sessionSeconds,
    Tags: [{ Key: 'execution', Value: executionId }],
  });
  const { Credentials: got } = await sts.send(command).catch((cause) => {
    const message =
      `The role ${roleArn} could not be taken on (${cause.name}). The role of the ECS task needs sts:AssumeRole and ` +
      'sts:TagSession on it, and its trust policy must allow both to that role: deploy the agent again.';
    throw new AgentError('config-invalid', message, { retryable: mayPass(cause), cause });
  });
  if (!got?.AccessKeyId || !got.SecretAccessKey || !got.SessionToken || !got.Expiration) {
    throw new AgentError('config-invalid', `STS gave no credentials for the role ${roleArn}.`);
  }
  return {
    accessKeyId: got.AccessKeyId,
    secretAccessKey: got.SecretAccessKey,
    sessionToken: got.SessionToken,
    expiration: got.Expiration,
  };
}
