import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { LogStore } from '../../core/ports.ts';

/** Redacted logs as files `<id>.log`, readable by their owner. */
export function diskLogStore(directory: string): LogStore {
  return {
    async write(id, log) {
      const path = resolve(directory, `${id}.log`);
      const unfinished = `${path}.${process.pid}.tmp`;
      await attempt(() => mkdir(directory, { recursive: true, mode: 0o700 }));
      const file = await attempt(() => open(unfinished, 'w', 0o600));
      let bytes = 0;
      try {
        // Errors of the redactor go through untouched: they decide whether the output is withheld.
        for await (const text of log) bytes += (await attempt(() => file.write(text))).bytesWritten;
        await attempt(() => file.datasync());
      } catch (thrown) {
        await rm(unfinished, { force: true });
        throw thrown;
      } finally {
        await file.close();
      }
      await attempt(() => rename(unfinished, path));
      return { bytes, location: join(directory, `${id}.log`), read: () => createReadStream(path) };
    },
  };
}

async function attempt<T>(step: () => Promise<T>): Promise<T> {
  return step().catch((cause) => {
    const message = `The redacted log could not be stored: ${messageOf(cause)}. Check the disk.`;
    throw new AgentError('log-store-failed', message, { retryable: true, cause });
  });
}
