import type { Spec } from '../../core/execution.ts';
import { buildCommand } from '../../core/integrations/build-command.ts';
import { ecsExec } from '../../core/integrations/ecs-exec.ts';
import type { ByteFilter, Command } from '../../core/integrations/integration.ts';
import type { LiveSession } from '../../core/integrations/live-exec.ts';
import { maskSecrets } from '../../core/masking.ts';
import type { StreamName } from '../../core/output.ts';
import type { SecretMap } from '../../core/ports.ts';
import { secretValues } from '../../core/secret-values.ts';
import { liveCommand, liveNote } from './live-exec.ts';

/** A command, and what its output has to pass through before it is kept. */
export interface Prepared {
  command: Command;
  filters: Record<StreamName, ByteFilter[]>;
  /** Masks the secret's values in a message of ours. */
  mask: (text: string) => string;
  /** What the result says besides how the command ended. */
  note: string | null;
}

/**
 * From the spec and the target's secret to the command.
 * @throws AgentError whose message is the user's answer.
 */
export function prepare(spec: Spec, secret: SecretMap, directory: string): Prepared {
  const { command, integration, secrets } = buildCommand(spec, secret, directory);
  return prepared(command, secretValues(secrets, integration.publicKeys));
}

/** The command that connects to a session, whose token is a secret as well. */
export function prepareLive(session: LiveSession, secret: SecretMap, directory: string): Prepared {
  const values = secretValues({ ...secret, token: session.token }, ecsExec.publicKeys);
  return { ...prepared(liveCommand(session, directory), values), note: liveNote(session) };
}

function prepared(command: Command, values: ReturnType<typeof secretValues>): Prepared {
  const filter = command.stdoutFilter?.();
  return {
    note: null,
    command,
    filters: { stdout: [...(filter ? [filter] : []), maskSecrets(values)], stderr: [maskSecrets(values)] },
    mask: (text) => maskText(maskSecrets(values), text),
  };
}

function maskText(filter: ByteFilter, text: string): string {
  return Buffer.concat([filter.push(Buffer.from(text)), filter.end()]).toString();
}
