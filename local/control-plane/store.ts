import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from './schema.ts';
import { type Sql, sqlTags } from './sql.ts';

/** The database. */
export interface Store {
  sql: Sql;
  /** All of the work or nothing of it. The work is synchronous, so nothing else happens in between. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * Opens the database, creating and migrating it as needed.
 * @throws when another server has it open, or when a newer version of this program wrote it.
 */
export function openStore(path: string, now: number): Store {
  if (path !== ':memory:') createPrivate(path);
  const db = new DatabaseSync(path);
  try {
    prepare(db, path);
    const transaction = transactions(db);
    transaction(() => migrate(db, path, now));
    return { sql: sqlTags(db), transaction, close: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Inline secrets of targets are in it. SQLite gives its other files the mode of this one. */
function createPrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, '', { flag: 'a', mode: 0o600 });
  chmodSync(path, 0o600);
}

function prepare(db: DatabaseSync, path: string): void {
  try {
    // Waits for results are in this process's memory, so two servers must not share a database.
    db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; begin immediate; commit;');
  } catch (error) {
    if (!/locked/.test(String(error))) throw error;
    const message = `The database ${path} is in use by another server.`;
    throw new Error(`${message} Stop that one, or choose another folder: RUNOPS_HOME.`, { cause: error });
  }
  // A granted lock and a given id must outlive a power cut: https://www.sqlite.org/pragma.html#pragma_synchronous
  db.exec('pragma synchronous = full; pragma foreign_keys = on;');
}

function migrate(db: DatabaseSync, path: string, now: number): void {
  const version = Number(db.prepare('pragma user_version').get()?.user_version);
  if (version > migrations.length) {
    throw new Error(
      `The database ${path} has version ${version}; this program knows up to ${migrations.length}. Update the program.`,
    );
  }
  for (const step of migrations.slice(version)) db.exec(step);
  db.exec(`pragma user_version = ${migrations.length}`);
  if (version === 0)
    db.prepare("insert into sqlite_sequence (name, seq) values ('tasks', ?)").run(firstTaskId(now));
}

/**
 * An agent keeps a permanent record of every task id that it ever started, and starts none twice. So when
 * somebody deletes the database, the ids of the new one must not repeat: they begin at the seconds since 2020,
 * which no server gets ahead of that makes less than one task a second over its life. Fits 32 bits until 2088.
 */
function firstTaskId(now: number): number {
  return Math.max(0, Math.floor((now - Date.UTC(2020, 0, 1)) / 1000));
}

function transactions(db: DatabaseSync): Store['transaction'] {
  return (work) => {
    db.exec('begin immediate');
    try {
      const value = work();
      db.exec('commit');
      return value;
    } catch (error) {
      db.exec('rollback');
      throw error;
    }
  };
}
