import { AgentError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Clock, SecretMap, Secrets } from '../../core/ports.ts';
import { parseSecretMap, secretExample, toSecretMap } from '../../core/secret-map.ts';
import type { AwsAccess } from './aws-access.ts';
import { parseAwsPath } from './aws-path.ts';
import { secretPath } from './secret-path.ts';
import { secretsManagerFailure } from './secrets-manager-failure.ts';
import { withinTime } from './within-time.ts';

/** Secrets of AWS Secrets Manager: their current version, a JSON object or a key inside one. */
export function awsSecrets(access: AwsAccess, clock: Clock): Secrets {
  return {
    async fetch(reference) {
      const path = secretPath(reference, 'the name or the ARN of a secret in AWS Secrets Manager');
      return awsSecretMap(access, clock, path);
    },
  };
}

/** The secret at a path as the provider `aws` understands it. */
export async function awsSecretMap(access: AwsAccess, clock: Clock, path: string): Promise<SecretMap> {
  const { key } = parseAwsPath(path);
  const text = await awsSecretText(access, clock, path);
  const problem =
    `failed to fetch aws secrets: '${path}' must hold a JSON object with its braces, such as ${secretExample}. ` +
    'Write its value so, as plain text.';
  const whole = parseSecretMap(text, problem);
  return key === undefined ? whole : inside(whole, key, path);
}

/** The text of a secret, whatever it is. `path` may name a key, which is left aside. */
export async function awsSecretText(access: AwsAccess, clock: Clock, path: string): Promise<string> {
  const { secretId, region } = parseAwsPath(path);
  const { GetSecretValueCommand, SecretsManagerClient } = await import('./secrets-manager.ts');
  const client = new SecretsManagerClient({ ...access, ...(region ? { region } : {}) });
  try {
    const { totalMilliseconds } = limits.secretCalls.read;
    const late =
      `failed to fetch aws secrets: Secrets Manager did not answer within ${totalMilliseconds / 1000} s. Check ` +
      `that the ` +
      'network lets the runner reach it, and that there are credentials.';
    const answer = await withinTime(clock, totalMilliseconds, late, (abortSignal) =>
      client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: 'AWSCURRENT' }), {
        abortSignal,
      }),
    );
    if (answer.SecretString !== undefined) return answer.SecretString;
  } catch (thrown) {
    throw thrown instanceof AgentError ? thrown : secretsManagerFailure(secretId, thrown);
  } finally {
    client.destroy();
  }
  throw new AgentError(
    'secrets-invalid',
    `failed to fetch aws secrets: '${secretId}' is binary. Store it as text: a JSON object such as ${secretExample}.`,
  );
}

/** One key: an object is the secret; a text that is no JSON object is a secret with this one key. */
function inside(whole: SecretMap, key: string, path: string): SecretMap {
  const value = Object.hasOwn(whole, key) ? whole[key] : undefined;
  if (value === undefined) {
    const message =
      `failed to fetch aws secrets: '${path}' was found, but has no key '${key}'. Correct the ` +
      `secret_path of the target, or add the key.`;
    throw new AgentError('secrets-invalid', message);
  }
  try {
    return toSecretMap(JSON.parse(value), '');
  } catch {
    return { [key]: value };
  }
}
