import { AgentError } from '../../core/errors.ts';

/**
 * An error of Secrets Manager's client as one sentence with its remedy. It quotes nothing of the error but its name.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
 */
export function secretsManagerFailure(secretId: string, thrown: unknown): AgentError {
  const { name, message } = thrown instanceof Error ? thrown : { name: 'unknown error', message: '' };
  const [why, remedy] = sentencesFor(name, message);
  const text = `failed to fetch aws secrets: '${secretId}' ${why} (${name}). ${remedy}`;
  return new AgentError('secrets-invalid', text, { cause: thrown });
}

function sentencesFor(name: string, message: string): readonly [string, string] {
  // One name for three things: only the words tell them apart.
  if (/\bKMS\b|kms:Decrypt/.test(message) && name !== 'InternalServiceError') return encrypted;
  if (name === 'InvalidRequestException' && /deletion/.test(message)) return deleted;
  if (/region is missing/i.test(message)) return withoutRegion;
  return sentences[name] ?? otherwise;
}

const encrypted = [
  'is encrypted with a KMS key that this agent may not use',
  'Grant its role kms:Decrypt on the key of the secret, by its own policy and the policy of the key, and enable ' +
    'the key.',
] as const;
const deleted = [
  'is scheduled for deletion',
  'Restore it with `aws secretsmanager restore-secret`, or name another one in the secret_path of the target.',
] as const;
const withoutRegion = [
  'could not be asked for',
  'Set AWS_REGION for the agent, or write the ARN of the secret.',
] as const;
const refused = [
  'may not be read by this agent',
  'Grant its role secretsmanager:GetSecretValue on the secret, and check the policy of the secret.',
] as const;
const withoutCredentials = [
  'could not be asked for, because there are no valid AWS credentials',
  'Give the agent a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
] as const;
const otherwise = [
  'could not be read',
  'Check that the network reaches Secrets Manager in the region of the secret, and run the task again.',
] as const;

const sentences: Readonly<Record<string, readonly [string, string]>> = {
  ResourceNotFoundException: [
    'does not exist, or has no current version',
    'Correct the secret_path of the target; for a secret of another region or account write its whole ARN.',
  ],
  AccessDeniedException: refused,
  AccessDenied: refused,
  DecryptionFailure: encrypted,
  CredentialsProviderError: withoutCredentials,
  ExpiredTokenException: withoutCredentials,
  UnrecognizedClientException: withoutCredentials,
  InvalidSignatureException: withoutCredentials,
  InvalidClientTokenId: withoutCredentials,
};
