import { customCommand } from '../custom-command.ts';
import { AgentError } from '../errors.ts';
import type { Spec } from '../execution.ts';
import type { SecretMap } from '../ports.ts';
import { renderScript } from '../render-script.ts';
import { addMappedSecrets } from '../secret-mapping.ts';
import { isSecret } from '../secret-values.ts';
import { taskMetadata } from '../task-metadata.ts';
import { findIntegration } from './catalog.ts';
import { checkCommand } from './check-command.ts';
import type { Command, Integration } from './integration.ts';

export interface BuiltCommand {
  command: Command;
  integration: Integration;
  /** All keys that the command was built from, for `secretValues`. */
  secrets: SecretMap;
}

/**
 * From what was asked and the target's secret to the process that does it. `directory` is the execution's own.
 * @throws AgentError `task-invalid`, `secrets-invalid` or `command-invalid`, never with a secret's value.
 */
export function buildCommand(spec: Spec, secret: SecretMap, directory: string): BuiltCommand {
  const integration = findIntegration(spec.type);
  const secrets = { ...addMappedSecrets(secret, spec), ...taskMetadata(spec) };
  requireKeys(integration, secrets);

  const script = spec.renderScript ? renderScript(spec.script, secrets) : spec.script;
  const command = spec.customCommand?.trim()
    ? customCommand(spec.customCommand, {
        script,
        secrets,
        publicKeys: integration.publicKeys,
        scriptHoldsSecret: spec.renderScript && script !== renderPublic(spec.script, secrets, integration),
      })
    : integration.command({ script, secrets, directory });
  checkCommand(command);
  return { command, integration, secrets };
}

/** An empty value is a missing one: no server takes it, and the sentence says at once what to mend. */
function requireKeys({ requiredKeys, missingKeys }: Integration, secrets: SecretMap) {
  const missing = requiredKeys.filter((key) => !secrets[key]);
  if (missing.length === 0) return;
  throw new AgentError(
    'secrets-invalid',
    `${missingKeys}. Missing or empty: ${missing.join(', ')}. ` +
      'Add them to the secret of the target, or name the keys that hold them in its secret mapping.',
  );
}

/** The script as it would be if no placeholder could name a secret. */
function renderPublic(script: string, secrets: SecretMap, { publicKeys }: Integration): string {
  const shown = Object.entries(secrets).filter(([key, value]) => !isSecret(key, value, publicKeys));
  return renderScript(script, Object.fromEntries(shown));
}
