import { AgentError } from '../../core/errors.ts';
import type { Detector } from '../../core/redaction/detector.ts';
import { bedrockGuardrailsDetector } from './bedrock-guardrails.ts';
import { parseBedrockGuardrailsConfig } from './bedrock-guardrails-config.ts';
import type { DetectorDependencies } from './find-in-windows.ts';
import { googleDlpDetector } from './google-dlp.ts';
import { parseGoogleDlpConfig } from './google-dlp-config.ts';

/** What a deployment says about its detectors: JSON, or the path of a file with it. Empty for none. */
export interface ExternalDetectorSettings {
  /** `RUNOPS_GOOGLE_DLP` */
  googleDlp?: string | undefined;
  /** `RUNOPS_BEDROCK_GUARDRAIL` */
  bedrockGuardrail?: string | undefined;
}

/**
 * The detectors that a deployment asks for, in the order in which they see the text. Nothing is loaded before the
 * first output.
 * @throws AgentError `config-invalid`: an agent that was told to redact must not start without it.
 */
export function externalDetectors(
  { googleDlp, bedrockGuardrail }: ExternalDetectorSettings,
  deps: DetectorDependencies & { readFile: (path: string) => string },
): Detector[] {
  const jsonOf = (setting: string) => readSetting(setting, deps.readFile);
  return [
    ...(googleDlp ? [googleDlpDetector(parseGoogleDlpConfig(jsonOf(googleDlp)), deps)] : []),
    ...(bedrockGuardrail
      ? [bedrockGuardrailsDetector(parseBedrockGuardrailsConfig(jsonOf(bedrockGuardrail)), deps)]
      : []),
  ];
}

function readSetting(setting: string, readFile: (path: string) => string): string {
  if (setting.trimStart().startsWith('{')) return setting;
  try {
    return readFile(setting);
  } catch (cause) {
    throw new AgentError(
      'config-invalid',
      `RUNOPS_GOOGLE_DLP and RUNOPS_BEDROCK_GUARDRAIL must be JSON or the path of a file with it; ` +
        `${JSON.stringify(setting.slice(0, 200))} cannot be read.`,
      { cause },
    );
  }
}
