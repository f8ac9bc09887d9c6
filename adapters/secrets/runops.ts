import type { Secrets } from '../../core/ports.ts';
import { parseSecretMap, secretExample } from '../../core/secret-map.ts';

/** The secret that Runops keeps: it comes with the task as its `config`. A target without one has no secret. */
export function runopsSecrets(): Secrets {
  return {
    async fetch({ config }) {
      if (config === null || config.trim() === '') return {};
      return parseSecretMap(
        config,
        `invalid secret 'config': Must be a valid JSON object, such as ${secretExample}. Correct it at the target.`,
      );
    },
  };
}
