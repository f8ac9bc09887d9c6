import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HttpError } from './http-error.ts';

/** Logs too big for the database: one file per task, beside the database. `bytesMax` is for one log. */
export interface LogFiles {
  /** Writes the source to the side, in bounded memory. @throws HttpError 413 beyond the limit. */
  stage(source: AsyncIterable<Uint8Array> | string): Promise<StagedLog>;
  read(taskId: number): Readable;
  remove(taskId: number): void;
  close(): void;
}

export interface StagedLog {
  bytes: number;
  /** Makes it the log of the task, in one step. */
  keep(taskId: number): void;
  discard(): void;
}

export function logFiles(database: string, bytesMax = 512 * 1024 * 1024): LogFiles {
  const temporary = database === ':memory:';
  const folder = temporary ? mkdtempSync(join(tmpdir(), 'runops-logs-')) : `${database}-logs`;
  const incoming = join(folder, 'incoming');
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  const pathOf = (taskId: number) => join(folder, `${taskId}.log`);
  let staged = 0;

  return {
    async stage(source) {
      staged += 1;
      const path = join(incoming, String(staged));
      const discard = () => rmSync(path, { force: true });
      const counter = byteCounter(bytesMax);
      try {
        // `flush`: the result is given up by the agent once we answer, so the log must be on the disk by then.
        const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
        const bytes = typeof source === 'string' ? [Buffer.from(source)] : source;
        await pipeline(bytes, counter.stream, file);
      } catch (error) {
        discard();
        throw error;
      }
      return { bytes: counter.bytes(), keep: (taskId) => renameSync(path, pathOf(taskId)), discard };
    },
    read: (taskId) => createReadStream(pathOf(taskId)),
    remove: (taskId) => rmSync(pathOf(taskId), { force: true }),
    close: () => temporary && rmSync(folder, { recursive: true, force: true }),
  };
}

function byteCounter(bytesMax: number) {
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= bytesMax) return done(null, chunk);
      done(new HttpError(413, `The log is larger than ${bytesMax / 1024 / 1024} MiB.`));
    },
  });
  return { stream, bytes: () => bytes };
}
