import * as z from 'zod/mini';
import { HttpError } from './http-error.ts';

/** Reads a request's fields, or answers 400 with every problem in one message. */
export function parseFields<T extends z.ZodMiniType>(schema: T, input: unknown): z.infer<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new HttpError(400, problems.join('; '));
}

/** A text where null and the empty string both mean that there is none. */
export const clearableText = z.pipe(
  z.nullable(z.string()),
  z.transform((text) => (text === '' ? null : text)),
);

export const optionalText = z._default(clearableText, null);

/** A name of a target, a tag or a group: without spaces, and without the comma that separates names. */
export const wordPattern = /^[^\s,\p{Cc}]{1,200}$/u;
export const wordRule = 'must be 1 to 200 characters without spaces, commas or control characters';
export const word = z.string().check(z.regex(wordPattern, wordRule));

export const groupList = z.array(word).check(z.maxLength(1000));

/** A list of strings as the database keeps it. */
export const listText = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text): unknown => JSON.parse(text)),
  ),
  z.array(z.string()),
);

/** SQLite's truth. */
export const bit = z.pipe(
  z.int(),
  z.transform((value) => value === 1),
);

/** A whole number of the query string within its bounds, or the default. */
export function queryNumber(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new HttpError(400, `${name}: must be a whole number from 0 to ${max}`);
}

/** A choice of the query string, or null without one. */
export function queryChoice(query: URLSearchParams, name: string, choices: readonly string[]): string | null {
  const text = query.get(name) || null;
  if (text === null || choices.includes(text)) return text;
  throw new HttpError(400, `${name}: must be one of ${choices.join(', ')}`);
}
