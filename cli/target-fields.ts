import * as z from 'zod/mini';
import { UsageError } from './errors.ts';

/** The names of the API where the flags have others. */
const FIELD_OF: Readonly<Record<string, string>> = {
  review: 'review_type',
  channel: 'channel_name',
};

/** A mapping is from key to key. A secret may also hold numbers, as in `{"PG_PORT": 5432}`. */
const SHAPE_OF: Readonly<Record<string, z.ZodMiniType>> = {
  secret_mapping: z.record(z.string(), z.string()),
  config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
};

const EXAMPLE_OF: Readonly<Record<string, string>> = {
  secret_mapping: '{"PG_HOST": "DB_HOSTNAME"}',
  config: '{"PG_HOST": "db.example.com"}',
};

/**
 * The fields of a target as the API wants them. An empty value is dropped when a target is created, and clears the
 * field when one is updated. `@file` is read; broken JSON is refused here, before it can break a task.
 */
export async function targetFields(
  values: Readonly<Record<string, string | undefined>>,
  empty: 'drop' | 'clear',
  readText: (file: string) => Promise<string>,
): Promise<Record<string, unknown>> {
  if (/\s/.test(values.name ?? '')) {
    throw new UsageError(`--name cannot be "${values.name}": a target's name has no spaces. Use dashes.`);
  }
  if (empty === 'clear' && Object.keys(values).length < 2) {
    throw new UsageError('Nothing to change. Give a flag, as in --status inactive.');
  }
  const fields: Record<string, unknown> = {};
  for (const [flag, value] of Object.entries(values)) {
    const field = FIELD_OF[flag] ?? flag;
    if (value) fields[field] = await fieldValue(flag, value, readText);
    else if (empty === 'clear') fields[field] = null;
  }
  return fields;
}

async function fieldValue(flag: string, value: string, readText: (file: string) => Promise<string>) {
  if (flag === 'groups') return namesIn(value);
  if (flag === 'override_type') return value === 'true';
  const shape = SHAPE_OF[flag];
  if (shape === undefined) return value;
  const text = value.startsWith('@') ? await readText(value.slice(1)) : value;
  if (shape.safeParse(parsedJson(text)).success) return text;
  // The text is not quoted: it may be a secret.
  throw new UsageError(
    `--${flag} must be a JSON object, as in '${EXAMPLE_OF[flag]}', or @ and a file of it.`,
  );
}

function namesIn(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
