import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import { parseBedrockGuardrailsConfig } from '../adapters/redaction/bedrock-guardrails-config.ts';
import { parseGoogleDlpConfig } from '../adapters/redaction/google-dlp-config.ts';
import type { ReporterEnv } from '../functions/reporter/env.ts';
import { allow, type Permission } from './permissions.ts';
import type { RedactionProps } from './runops-agent-props.ts';

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
