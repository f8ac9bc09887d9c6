import { AgentError } from '../../core/errors.ts';
import type { Secrets } from '../../core/ports.ts';
import { parseSecretMap, secretExample } from '../../core/secret-map.ts';
import { secretPath } from './secret-path.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets in environment variables of the agent, each a JSON object. */
export function envVarSecrets(environment: Environment): Secrets {
  return {
    async fetch(reference) {
      const path = secretPath(reference, 'the name of an environment variable of the agent');
      const variable = findVariable(environment, path);
      if (!variable) {
        throw new AgentError(
          'secrets-invalid',
          `Secret '${path}' not found. Set an environment variable of this name for the agent and start it again; ` +
            `its value is a JSON object such as ${secretExample}. Or correct the secret_path of the target.`,
        );
      }
      return parseSecretMap(
        variable.value,
        `The environment variable '${variable.name}' must be a JSON object with its braces, such as ` +
          `${secretExample}. Set it so and start the agent again.`,
      );
    },
  };
}

/**
 * The variable that a target means. Like the first agent's lookup it takes MY_TARGET, my_target and my-target for
 * the same name; the name as it was given comes first.
 * @throws AgentError `secrets-invalid` when several other spellings exist: which one is meant nobody knows.
 */
export function findVariable(
  environment: Environment,
  path: string,
): { name: string; value: string } | undefined {
  const exact = Object.hasOwn(environment, path) ? environment[path] : undefined;
  if (exact !== undefined) return { name: path, value: exact };

  const alike = Object.entries(environment).filter(([name]) => normalized(name) === normalized(path));
  const [name = '', value] = alike[0] ?? [];
  if (alike.length > 1) {
    const names = alike.map(([other]) => other).join(', ');
    throw new AgentError(
      'secrets-invalid',
      `Secret '${path}' is not one environment variable but several: ${names}. Write the secret_path of the target ` +
        'exactly like the one that is meant, or remove the others.',
    );
  }
  return value === undefined ? undefined : { name, value };
}

function normalized(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
