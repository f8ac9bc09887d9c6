import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import { problemsOf } from '../../core/problems.ts';
import { type Redactor, redactor } from '../../core/redaction/redactor.ts';
import type { Transformations } from '../../core/redaction/transformations.ts';
import { type ExternalDetectorSettings, externalDetectors } from './external-detectors.ts';
import type { DetectorDependencies } from './find-in-windows.ts';

export interface RedactionSettings extends ExternalDetectorSettings {
  /** `RUNOPS_REDACTION`: what a finding becomes, as JSON by info type: `{"default": "label"}`. Empty for that. */
  transformations?: string | undefined;
}

export interface DeploymentRedactor {
  redactor: Redactor;
  /** Whether text is shown to a service outside this process, which takes time and costs money. */
  asksServices: boolean;
}

/**
 * The redactor that a deployment configures. The local detectors are always on.
 * @throws AgentError `config-invalid`.
 */
export function deploymentRedactor(
  settings: RedactionSettings,
  deps: DetectorDependencies & { readFile: (path: string) => string },
): DeploymentRedactor {
  const detectors = externalDetectors(settings, deps);
  const transformations = parseTransformations(settings.transformations);
  return { redactor: redactor({ detectors, transformations }), asksServices: detectors.length > 0 };
}

const transformationsSchema = z.record(
  z
    .string()
    .check(z.regex(/^([A-Z0-9_]+|default)$/, 'is not an info type, such as EMAIL_ADDRESS, nor default')),
  z.enum(['label', 'mask', 'keep-last-four']),
);

function parseTransformations(text: string | undefined): Transformations {
  if (!text) return {};
  const parsed = transformationsSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const message = `RUNOPS_REDACTION is not valid: ${problemsOf(parsed.error, 'it')}. See docs/redaction.md.`;
  throw new AgentError('config-invalid', message);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
