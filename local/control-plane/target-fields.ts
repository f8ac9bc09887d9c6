import * as z from 'zod/mini';
import { clearableText, groupList, word, wordPattern, wordRule } from './fields.ts';
import { taskType } from './task-types.ts';

export type TargetFields = z.infer<typeof targetFields>;

/** What a caller may say of a target, all of it. */
export const targetFields = z
  .object({
    message: clearableText,
    type: taskType,
    status: z.enum(['active', 'inactive'], { error: 'must be active or inactive' }),
    tags: z.pipe(clearableText, z.nullable(z.string().check(z.regex(wordPattern, wordRule)))),
    redact: z.enum(['all', 'none'], { error: 'must be all or none' }),
    review_type: z.enum(['none', 'anyone', 'team'], { error: 'must be none, anyone or team' }),
    reviewers: z.pipe(z.pipe(clearableText, z.transform(commaSeparated)), z.nullable(z.array(word))),
    channel_name: clearableText,
    groups: z.nullable(groupList),
    secret_provider: clearableText,
    secret_path: clearableText,
    secret_mapping: jsonObjectText('{"PG_HOST":"KEY_IN_THE_SECRET"}'),
    config: jsonObjectText('{"PG_HOST":"db.example.com"}'),
    override_type: z.boolean(),
    templates_only: z.boolean(),
    custom_command: clearableText,
  })
  .check(
    z.refine(({ review_type, reviewers }) => review_type !== 'team' || reviewers !== null, {
      path: ['reviewers'],
      error: 'must name the groups, separated by commas, when review_type is team',
    }),
  );

/** The fields as `targetFields` wants them: those that are missing, null or empty get their default. */
export function withDefaults(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== '');
  return { ...defaults, ...Object.fromEntries(given) };
}

const defaults = {
  message: null,
  status: 'active',
  tags: null,
  redact: 'all',
  review_type: 'none',
  reviewers: null,
  channel_name: null,
  groups: null,
  secret_provider: null,
  secret_path: null,
  secret_mapping: null,
  config: null,
  override_type: false,
  templates_only: false,
  custom_command: null,
};

function commaSeparated(text: string | null): string[] | null {
  const names = text?.split(',').map((name) => name.trim());
  return names ? [...new Set(names)].filter((name) => name !== '') : null;
}

/** The API keeps these as text; agents fail late and unclearly when it is not an object. */
function jsonObjectText(example: string) {
  const isObject = (text: string) => z.record(z.string(), z.unknown()).safeParse(parseJson(text)).success;
  return z.pipe(
    clearableText,
    z.nullable(z.string().check(z.refine(isObject, `must be the text of a JSON object, such as ${example}`))),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
