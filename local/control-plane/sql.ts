import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

type Row = Record<string, SQLOutputValue>;
type Tag<T> = (strings: TemplateStringsArray, ...values: SQLInputValue[]) => T;

/** Templates of SQL: each value is bound, never part of the text, and each template is prepared once. */
export interface Sql {
  get: Tag<Row | undefined>;
  all: Tag<Row[]>;
  run: Tag<{ changes: number | bigint; lastInsertRowid: number | bigint }>;
}

/**
 * Not the `createTagStore` of node:sqlite: in Node 24 closing the database leaves the statements of such a store
 * open, and with them the lock on the file, until the garbage collector comes by.
 */
export function sqlTags(db: DatabaseSync): Sql {
  // A template is one object for as long as the program runs, so the map is as large as the source.
  const statements = new Map<TemplateStringsArray, StatementSync>();
  const prepared = (strings: TemplateStringsArray): StatementSync => {
    const known = statements.get(strings);
    if (known) return known;
    const statement = db.prepare(strings.join('?'));
    statements.set(strings, statement);
    return statement;
  };
  return {
    get: (strings, ...values) => prepared(strings).get(...values),
    all: (strings, ...values) => prepared(strings).all(...values),
    run: (strings, ...values) => prepared(strings).run(...values),
  };
}
