import type { Spec } from '../../core/execution.ts';
import { buildCommand } from '../../core/integrations/build-command.ts';
import type { ByteFilter, Command } from '../../core/integrations/integration.ts';
import { maskSecrets } from '../../core/masking.ts';
import type { StreamName } from '../../core/output.ts';
import type { SecretMap } from '../../core/ports.ts';
import { secretValues } from '../../core/secret-values.ts';

/** A command, and what its output has to pass through before it is kept. */
export interface Prepared {
  command: Command;
  filters: Record<StreamName, ByteFilter[]>;
  /** Masks the secret's values in a message of ours. */
  mask: (text: string) => string;
}

/**
 * From the spec and the target's secret to the command.
 * @throws AgentError whose message is the user's answer.
 */
export function prepare(spec: Spec, secret: SecretMap, directory: string): Prepared {
  const { command, integration, secrets } = buildCommand(spec, secret, directory);
  const values = secretValues(secrets, integration.publicKeys);
  const filter = command.stdoutFilter?.();
  return {
    command,
    filters: { stdout: [...(filter ? [filter] : []), maskSecrets(values)], stderr: [maskSecrets(values)] },
    mask: (text) => maskText(maskSecrets(values), text),
  };
}

function maskText(filter: ByteFilter, text: string): string {
  return Buffer.concat([filter.push(Buffer.from(text)), filter.end()]).toString();
}
