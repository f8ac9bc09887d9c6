import * as z from 'zod/mini';
import type { Finding } from '../../core/redaction/finding.ts';
import { infoTypeOfEntity } from './guardrail-info-types.ts';
import type { Answer } from './patient-call.ts';

const match = z.string().check(z.minLength(1));
const units = z._default(z.number(), 0);

const Assessment = z.object({
  sensitiveInformationPolicy: z.optional(
    z.object({
      piiEntities: z._default(z.array(z.object({ match, type: z.string() })), []),
      regexes: z._default(z.array(z.object({ match, name: z.optional(z.string()) })), []),
    }),
  ),
  wordPolicy: z.optional(z.object({ customWords: z._default(z.array(z.object({ match })), []) })),
  invocationMetrics: z.optional(
    z.object({
      guardrailCoverage: z.optional(
        z.object({ textCharacters: z.optional(z.object({ guarded: z.number(), total: z.number() })) }),
      ),
    }),
  ),
});

const GuardrailAnswer = z.object({
  action: z.enum(['NONE', 'GUARDRAIL_INTERVENED']),
  assessments: z.array(Assessment),
  usage: z.object({
    sensitiveInformationPolicyUnits: units,
    sensitiveInformationPolicyFreeUnits: units,
  }),
});

/**
 * What an answer says of `text`. It names values without their positions, so every place where one stands is removed.
 * Anything that is not plainly an answer to all of the text counts as none.
 */
export function readGuardrailAnswer(response: unknown, text: string): Answer<Finding[]> {
  const parsed = GuardrailAnswer.safeParse(response);
  if (!parsed.success) return { failure: { kind: 'passing', says: 'its answer was not complete' } };
  const { action, assessments, usage } = parsed.data;
  if (usage.sensitiveInformationPolicyUnits + usage.sensitiveInformationPolicyFreeUnits <= 0) {
    return {
      failure: { kind: 'invalid', says: `the guardrail has no sensitive information filters. ${advice}` },
    };
  }
  if (!assessments.every(isWhole)) {
    return { failure: { kind: 'passing', says: 'it looked at a part of the text only' } };
  }
  const matches = assessments.flatMap(matchesOf);
  if (action === 'GUARDRAIL_INTERVENED' && matches.length === 0) {
    return {
      failure: { kind: 'invalid', says: `the guardrail stepped in without naming a value. ${advice}` },
    };
  }
  const found = matches.map((match) => placesOf(text, match));
  if (found.some((places) => places.length === 0)) {
    return {
      failure: { kind: 'invalid', says: 'it named a value that does not stand in the text like that' },
    };
  }
  return { value: found.flat() };
}

const advice =
  'Use a guardrail of its own, with sensitive information filters and nothing else: docs/bedrock-guardrails.md';

interface Match {
  match: string;
  infoType: string;
}

function isWhole({ invocationMetrics }: z.infer<typeof Assessment>): boolean {
  const characters = invocationMetrics?.guardrailCoverage?.textCharacters;
  return !characters || characters.guarded >= characters.total;
}

function matchesOf({ sensitiveInformationPolicy, wordPolicy }: z.infer<typeof Assessment>): Match[] {
  const { piiEntities = [], regexes = [] } = sensitiveInformationPolicy ?? {};
  return [
    ...piiEntities.map(({ match, type }) => ({ match, infoType: infoTypeOfEntity(type) })),
    ...regexes.map(({ match, name }) => ({ match, infoType: name ?? 'CUSTOM_REGEX' })),
    ...(wordPolicy?.customWords ?? []).map(({ match }) => ({ match, infoType: 'CUSTOM_WORD' })),
  ];
}

/**
 * Where a value stands. A short one may stand inside of other words by chance (`42` in `1429`): then only the places
 * where it is a word count, if there are any.
 */
function placesOf(text: string, { match, infoType }: Match): Finding[] {
  const places: Finding[] = [];
  for (let at = text.indexOf(match); at >= 0; at = text.indexOf(match, at + 1)) {
    places.push({ start: at, end: at + match.length, infoType });
  }
  if (match.length > SHORT_CHARACTERS) return places;
  const words = places.filter(({ start, end }) => !continuesWord(text, start, end));
  return words.length > 0 ? words : places;
}

const SHORT_CHARACTERS = 3;

function continuesWord(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 2), start);
  return /[\p{L}\p{N}]$/u.test(before) || /^[\p{L}\p{N}]/u.test(text.slice(end, end + 2));
}
