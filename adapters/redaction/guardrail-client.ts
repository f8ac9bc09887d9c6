import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import type { BedrockGuardrailsConfig } from './bedrock-guardrails-config.ts';

/** Shows one text to the guardrail with the AWS SDK; no retries of its own. */
export type Apply = (text: string, signal: AbortSignal) => Promise<unknown>;

/** The one client of this process, made at the first call. */
export function guardrailClient(config: BedrockGuardrailsConfig): Apply {
  let loading: Promise<BedrockRuntimeClient> | undefined;
  return async (text, signal) => {
    loading ??= load(config);
    const { ApplyGuardrailCommand } = await import('@aws-sdk/client-bedrock-runtime');
    const command = new ApplyGuardrailCommand({
      guardrailIdentifier: config.guardrail,
      guardrailVersion: config.version,
      source: 'OUTPUT',
      content: [{ text: { text } }],
    });
    return (await loading).send(command, { abortSignal: signal });
  };
}

async function load(config: BedrockGuardrailsConfig): Promise<BedrockRuntimeClient> {
  const [{ BedrockRuntimeClient }, { NodeHttpHandler }] = await Promise.all([
    import('@aws-sdk/client-bedrock-runtime'),
    import('@smithy/node-http-handler'),
  ]);
  return new BedrockRuntimeClient({
    maxAttempts: 1,
    // This client's own choice is HTTP/2, where all calls share a connection: one that was frozen with its Lambda and
    // lost would make every try hang. With HTTP/1.1 a try that ends takes its connection with it.
    requestHandler: new NodeHttpHandler(),
    ...(config.region === undefined ? {} : { region: config.region }),
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
  });
}
