import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { deploymentRedactor } from '../adapters/redaction/deployment-redactor.ts';
import { systemClock } from '../adapters/system-clock.ts';

/** What a deployment on one machine says about redaction; part of the agent's environment. */
export const redactionEnv = {
  /** What a finding becomes: docs/redaction.md. */
  RUNOPS_REDACTION: z.optional(z.string()),
  /** Google's service, as JSON or the path of a file: docs/google-dlp.md. */
  RUNOPS_GOOGLE_DLP: z.optional(z.string()),
  /** Amazon's service, as JSON or the path of a file: docs/bedrock-guardrails.md. */
  RUNOPS_BEDROCK_GUARDRAIL: z.optional(z.string()),
};

export type RedactionEnv = { [N in keyof typeof redactionEnv]?: string | undefined };

/** The redactor of this machine's deployment. */
export function machineRedactor(env: RedactionEnv) {
  return deploymentRedactor(
    {
      transformations: env.RUNOPS_REDACTION,
      googleDlp: env.RUNOPS_GOOGLE_DLP,
      bedrockGuardrail: env.RUNOPS_BEDROCK_GUARDRAIL,
    },
    { clock: systemClock, random: Math.random, readFile: (path) => readFileSync(path, 'utf8') },
  );
}
