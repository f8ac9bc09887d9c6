import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { StoreAnswer } from './ask-store.ts';

const answerSchema = z.object({ data: z.record(z.string(), z.unknown()) });
const warningsSchema = z.object({ warnings: z.array(z.string()) });

/**
 * What Vault keeps at a path.
 * @throws AgentError `secrets-invalid` with the first agent's words and a remedy; it quotes no answer.
 */
export function vaultData(answer: StoreAnswer, path: string): Record<string, unknown> {
  const fail = (why: string) =>
    new AgentError('secrets-invalid', `failed to get Vault generic secrets: '${path}' ${why}`);
  if (answer.status === null) {
    throw fail(
      `could not be read (${answer.problem}). Check that the network reaches VAULT_ADDR, and run the task again.`,
    );
  }
  const parsed = answerSchema.safeParse(answer.json);
  if (answer.status === 200 && parsed.success) return parsed.data.data;
  if (answer.status === 403) {
    throw fail(
      "may not be read (403). Allow its reading in the policy of the agent's role in Vault, and check VAULT_NAMESPACE.",
    );
  }
  if (answer.status === 404 && isVersioned(answer.json)) {
    throw fail(
      'lacks /data/ after the mount: the engine is KV version 2. Correct the secret_path of the target.',
    );
  }
  if (answer.status === 404)
    throw fail('does not exist, or was deleted (404). Correct the secret_path of the target.');
  throw fail(`was answered with ${answer.status}. Check Vault's own log for it, and run the task again.`);
}

function isVersioned(json: unknown): boolean {
  const warnings = warningsSchema.safeParse(json).data?.warnings ?? [];
  return warnings.some((warning) => /versioned K\/V/.test(warning));
}
