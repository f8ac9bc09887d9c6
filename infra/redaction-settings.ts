import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import { parseBedrockGuardrailsConfig } from '../adapters/redaction/bedrock-guardrails-config.ts';
import { parseGoogleDlpConfig } from '../adapters/redaction/google-dlp-config.ts';
import type { ReporterEnv } from '../functions/reporter/env.ts';
import { allow, type Permission } from './permissions.ts';

export interface RedactionProps {
  /**
   * What a finding becomes, by its kind: `{ default: 'label' }`.
   * @default - its kind in brackets
   */
  readonly transformations?: Readonly<Record<string, 'label' | 'mask' | 'keep-last-four'>>;
  /**
   * The configuration of Google DLP: docs/google-dlp.md.
   * @default - not asked
   */
  readonly googleDlp?: Readonly<Record<string, unknown>>;
  /**
   * The configuration of a guardrail of Amazon Bedrock: docs/bedrock-guardrails.md.
   * @default - not asked
   */
  readonly bedrockGuardrail?: Readonly<Record<string, unknown>>;
}

export interface RedactionSettings {
  readonly variables: Pick<
    VariablesOf<ReporterEnv>,
    'RUNOPS_REDACTION' | 'RUNOPS_GOOGLE_DLP' | 'RUNOPS_BEDROCK_GUARDRAIL'
  >;
  readonly permissions: (scope: Construct) => Permission[];
}

/**
 * What the reporter is told of redaction, and what it may call for it.
 * @throws AgentError `config-invalid` that names every problem.
 */
export function redactionSettings({
  transformations,
  googleDlp,
  bedrockGuardrail,
}: RedactionProps): RedactionSettings {
  const json = (config: unknown) => (config === undefined ? undefined : JSON.stringify(config));
  if (googleDlp) parseGoogleDlpConfig(JSON.stringify(googleDlp));
  const guardrail = bedrockGuardrail && parseBedrockGuardrailsConfig(JSON.stringify(bedrockGuardrail));
  return {
    variables: {
      RUNOPS_REDACTION: json(transformations),
      RUNOPS_GOOGLE_DLP: json(googleDlp),
      RUNOPS_BEDROCK_GUARDRAIL: json(bedrockGuardrail),
    },
    permissions: (scope) =>
      guardrail ? [allow(['bedrock:ApplyGuardrail'], [guardrailArn(scope, guardrail)])] : [],
  };
}

function guardrailArn(
  scope: Construct,
  { guardrail, region }: { guardrail: string; region?: string | undefined },
): string {
  if (guardrail.startsWith('arn:')) return guardrail;
  return Stack.of(scope).formatArn({
    service: 'bedrock',
    resource: 'guardrail',
    resourceName: guardrail,
    ...(region && { region }),
  });
}
