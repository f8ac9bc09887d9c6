import { AgentError } from '../../../core/errors.ts';
import { type Finding, ill, illBy, unknown, well } from '../../../core/finding.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Detector } from '../../../core/redaction/detector.ts';
import { externalDetectors } from '../../redaction/external-detectors.ts';
import { type Check, looking } from './look.ts';

/** The settings as the reporter has them: docs/google-dlp.md and docs/bedrock-guardrails.md. */
export interface RedactionServices {
  googleDlp: string | undefined;
  bedrockGuardrail: string | undefined;
}

/** A number of a card that nobody has, and an address: https://docs.stripe.com/testing */
const planted = 'The card 4242 4242 4242 4242 is of ana.souza@example.com.';

/** Shows each service that redacts a text with values that it has to find. One check for each. */
export function redactionServices({ googleDlp, bedrockGuardrail }: RedactionServices, clock: Clock): Check[] {
  const deps = { clock, random: Math.random, readFile: noFiles };
  const services = [
    { name: 'Google DLP', settings: { googleDlp }, setting: googleDlp },
    { name: 'Bedrock guardrail', settings: { bedrockGuardrail }, setting: bedrockGuardrail },
  ];
  return services.flatMap(({ name, settings, setting }) =>
    setting ? [{ name, look: () => looksAt(name, () => externalDetectors(settings, deps)) }] : [],
  );
}

function looksAt(check: string, detectors: () => readonly Detector[]): Promise<Finding[]> {
  return looking(check, async () => {
    try {
      const [detector] = detectors();
      const found = (await detector?.find(planted)) ?? [];
      if (found.length > 0) return [well(check, 'It found what was planted in a text.')];
      return [
        ill(
          check,
          'It looked at a text with the number of a card and an address, and found nothing.',
          'Check which kinds of values it is configured to find: docs/redaction.md.',
        ),
      ];
    } catch (thrown) {
      if (!(thrown instanceof AgentError)) throw thrown;
      // Google and Bedrock know the role of the reporter, which need not be who looks.
      if (/credentials|it refused/.test(thrown.message)) return [refused(check, thrown.message)];
      return [illBy(check, thrown.message)];
    }
  });
}

function refused(check: string, message: string): Finding {
  return unknown(
    check,
    message,
    'Whoever looks is not the reporter, whose role the service knows: admit both, or trust the log of the reporter.',
  );
}

function noFiles(): never {
  throw new AgentError('config-invalid', 'A function has no files: the setting must be JSON.');
}
