import { AgentError } from '../../core/errors.ts';
import type { Secrets } from '../../core/ports.ts';

/** Sends each reference to the provider that it names. A target without a provider has its secret in its `config`. */
export function secretsByProvider(providers: Readonly<Record<string, Secrets>>): Secrets {
  return {
    async fetch(reference) {
      const name = reference.provider || 'runops';
      const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
      if (provider) return provider.fetch(reference);
      throw unknownProvider(name.slice(0, 100), Object.keys(providers));
    },
    async release() {
      await Promise.allSettled(Object.values(providers).map((provider) => provider.release?.()));
    },
  };
}

function unknownProvider(name: string, known: string[]): AgentError {
  const what = name.startsWith('hashicorp')
    ? `invalid vault secret engine: the secret provider '${name}' is not known.`
    : `The secret provider '${name}' is not known.`;
  const remedy = `This agent knows: ${known.join(', ')}. Change the secret_provider of the target.`;
  return new AgentError('secrets-invalid', `${what} ${remedy}`);
}
