import type { Detector } from '../../core/redaction/detector.ts';
import type { BedrockGuardrailsConfig } from './bedrock-guardrails-config.ts';
import { type DetectorDependencies, findInWindows } from './find-in-windows.ts';
import { readGuardrailAnswer } from './guardrail-answer.ts';
import { type Apply, guardrailClient } from './guardrail-client.ts';
import { guardrailFailure } from './guardrail-failure.ts';

/** Amazon Bedrock Guardrails, for those whose text may not leave AWS: its sensitive information filters alone. */
export function bedrockGuardrailsDetector(
  config: BedrockGuardrailsConfig,
  deps: DetectorDependencies & { apply?: Apply },
): Detector {
  const apply = deps.apply ?? guardrailClient(config);
  const unitsOfWindow = Math.ceil(config.windowCharacters / TEXT_UNIT_CHARACTERS);
  const find = findInWindows(
    {
      name: NAME,
      costMax: config.windowCharacters,
      // A text unit is counted in characters, of which there are never more than UTF-16 code units.
      costOf: (text) => text.length,
      parallelMax: config.parallelRequests,
      perMinute: (60 * config.textUnitsPerSecond) / unitsOfWindow,
      burst: Math.max(1, Math.floor(config.textUnitsPerSecond / unitsOfWindow)),
      patience: {
        tries: TRIES,
        tryMilliseconds: config.requestSeconds * 1000,
        totalMilliseconds: config.totalSeconds * 1000,
      },
      async look(text, signal) {
        try {
          return readGuardrailAnswer(await apply(text, signal), text);
        } catch (thrown) {
          return { failure: guardrailFailure(thrown) };
        }
      },
    },
    deps,
  );
  return { name: NAME, windowCharactersMax: WINDOWS_PER_TEXT * config.windowCharacters, find };
}

const NAME = 'Amazon Bedrock Guardrails';
const TRIES = 8;
const TEXT_UNIT_CHARACTERS = 1000;
const WINDOWS_PER_TEXT = 16;
