import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AgentError } from '../../../core/errors.ts';
import { type Finding, illBy, well } from '../../../core/finding.ts';
import { awsFailure } from '../aws-failure.ts';
import type { DispatcherSettings } from '../dispatcher-settings.ts';
import { parseSettings } from '../parse-settings.ts';
import { readSecret } from '../read-secret.ts';
import { looking, NotAnswered } from './look.ts';

const check = 'settings';

export interface ReadSettings {
  findings: Finding[];
  /** Undefined when they cannot be used, or be read by whoever looks. */
  settings: DispatcherSettings | undefined;
}

/** What the dispatcher was told, and whether it understands it. */
export async function readSettings(client: SecretsManagerClient, arn: string): Promise<ReadSettings> {
  let settings: DispatcherSettings | undefined;
  const findings = await looking(check, async () => {
    try {
      settings = parseSettings(await readSecret(client, arn, "The dispatcher's settings"));
      return [well(check, 'The dispatcher understands them.')];
    } catch (thrown) {
      if (!(thrown instanceof AgentError)) throw thrown;
      const isSeen = thrown.cause === undefined || awsFailure(thrown.cause).kind === 'missing';
      if (isSeen) return [illBy(check, thrown.message)];
      throw new NotAnswered(
        { action: 'secretsmanager:GetSecretValue', resource: `the secret ${arn}` },
        thrown.cause,
      );
    }
  });
  return { findings, settings };
}
