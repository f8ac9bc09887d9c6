import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AgentError } from '../../core/errors.ts';
import { explainAwsFailure, mayPass } from './aws-failure.ts';

/**
 * The text of one of the deployment's own secrets; `what` names it in messages, such as "The agent token".
 * @throws AgentError `config-invalid`, retryable where another try may go well.
 */
export async function readSecret(
  secretsManager: SecretsManagerClient,
  arn: string,
  what: string,
): Promise<string> {
  const { SecretString } = await secretsManager
    .send(new GetSecretValueCommand({ SecretId: arn }))
    .catch((cause) => {
      const call = { action: 'secretsmanager:GetSecretValue', resource: `the secret ${arn}` };
      const message = `${what} cannot be read. ${explainAwsFailure(cause, call)}`;
      throw new AgentError('config-invalid', message, { retryable: mayPass(cause), cause });
    });
  if (SecretString) return SecretString;
  throw new AgentError(
    'config-invalid',
    `${what} has no text in the secret ${arn}. Store it there as a text.`,
  );
}
