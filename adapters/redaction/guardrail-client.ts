import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import type { BedrockGuardrailsConfig } from './bedrock-guardrails-config.ts';

/** Shows one text to the guardrail with the AWS SDK; no retries of its own. */
export type Apply = (text: string, signal: AbortSignal) => Promise<unknown>;

/** The one client of this process, made at the first call. */
export function guardrailClient(config: BedrockGuardrailsConfig): Apply {
  let client: BedrockRuntimeClient | undefined;
  return async (text, signal) => {
    const { ApplyGuardrailCommand, BedrockRuntimeClient } = await import('@aws-sdk/client-bedrock-runtime');
    client ??= new BedrockRuntimeClient({
      maxAttempts: 1,
      ...(config.region === undefined ? {} : { region: config.region }),
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    });
    const command = new ApplyGuardrailCommand({
      guardrailIdentifier: config.guardrail,
      guardrailVersion: config.version,
      source: 'OUTPUT',
      content: [{ text: { text } }],
    });
    return client.send(command, { abortSignal: signal });
  };
}
