import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { Clock, Secrets } from '../../core/ports.ts';
import type { AwsAccess } from './aws-access.ts';
import { findVariable } from './env-var.ts';
import { lazySecrets } from './lazy-secrets.ts';
import { secretPath } from './secret-path.ts';

const variablesSchema = z.record(z.string(), z.string());

/**
 * The provider `env-var` where nobody has an environment with secrets: names as on one machine, each standing for a
 * secret of AWS Secrets Manager. `variables` is JSON: `{"MY_DB": "arn:aws:secretsmanager:…"}`.
 * @throws AgentError `config-invalid` when it is not.
 */
export function envVarArnSecrets(variables: string | undefined, access: AwsAccess, clock: Clock): Secrets {
  const arns = parseVariables(variables ?? '{}');
  const aws = lazySecrets(async () => (await import('./remote-stores.ts')).awsSecrets(access, clock));
  return {
    async fetch(reference) {
      const path = secretPath(reference, 'a name that the deployment of the agent gives to a secret');
      const variable = findVariable(arns, path);
      if (variable) return aws.fetch({ ...reference, path: variable.value });
      throw new AgentError(
        'secrets-invalid',
        `Secret '${path}' not found. Name a secret so in the deployment of the agent, or write the ` +
          `secret_provider aws ` +
          'and the ARN of the secret as secret_path into the target.',
      );
    },
  };
}

function parseVariables(text: string): Record<string, string> {
  const parsed = variablesSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const message =
    'RUNOPS_SECRET_VARIABLES must be a JSON object of names and ARNs, such as ' +
    '{"MY_DB": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:my-db"}. Correct the deployment.';
  throw new AgentError('config-invalid', message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
