import { AgentError } from '../../core/errors.ts';
import type { Secrets } from '../../core/ports.ts';

/** Sends each reference to the provider that it names. A target without a provider has its secret in its `config`. */
export function secretsByProvider(providers: Readonly<Record<string, Secrets>>): Secrets {
  return {
    async fetch(reference) {
      const name = reference.provider || 'runops';
      const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
      if (provider) return provider.fetch(reference);
      throw new AgentError(
        'secrets-invalid',
        `The secret provider '${name.slice(0, 100)}' is not known. This agent knows: ` +
          `${Object.keys(providers).join(', ')}. Change the secret_provider of the target.`,
      );
    },
  };
}
