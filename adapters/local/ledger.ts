import { access, link, mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError, messageOf } from '../../core/errors.ts';
import { type ExecutionId, isPermanent, type LedgerRecords, parseRecord } from '../../core/execution.ts';
import type { Ledger } from '../../core/ports.ts';

/**
 * A ledger on disk: `executions/<id>/<record>.json`, raw output in `executions/<id>/output/<part>`, and an empty
 * file `open/<id>` for each execution that is not closed. Only its owner can read it.
 */
export function diskLedger(directory: string): Ledger {
  const folderOf = (id: ExecutionId) => join(directory, 'executions', id);
  const recordPath = (id: ExecutionId, name: string) => join(folderOf(id), `${name}.json`);
  const partPath = (id: ExecutionId, part: number) => join(folderOf(id), 'output', String(part));
  const openPath = (id: ExecutionId) => join(directory, 'open', id);

  return {
    async create(id, name, record) {
      return translating(`create ${recordPath(id, name)}`, async () => {
        const created = await createWhole(recordPath(id, name), Buffer.from(JSON.stringify(record)));
        // Also by whoever finds the record: its maker may have died before it was listed.
        if (name === 'task') await mark(openPath(id));
        return created;
      });
    },
    async read<N extends keyof LedgerRecords>(id: ExecutionId, name: N) {
      return translating(`read ${recordPath(id, name)}`, async () => {
        const text = await readIfThere(recordPath(id, name));
        return text && parseRecord(name, text.toString('utf8'));
      });
    },
    async *open() {
      yield* await translating(`list ${directory}`, () => namesIn(join(directory, 'open')));
    },
    async close(id) {
      return translating(`close ${folderOf(id)}`, async () => {
        await rm(join(folderOf(id), 'output'), { recursive: true, force: true });
        for (const file of await namesIn(folderOf(id))) {
          if (!isPermanent(file.replace(/\.json$/, ''))) await rm(join(folderOf(id), file), { force: true });
        }
        await rm(openPath(id), { force: true });
      });
    },
    async writeOutput(id, part, frames) {
      const path = partPath(id, part);
      return translating(`write ${path}`, () =>
        writeDurably(temporary(path), frames, (from) => rename(from, path)),
      );
    },
    async readOutput(id, part) {
      return translating(`read ${partPath(id, part)}`, () => readIfThere(partPath(id, part)));
    },
  };
}

/** Says which step on which file failed, once, for all callers. A disk may recover, so it is worth a retry. */
async function translating<T>(step: string, work: () => Promise<T>): Promise<T> {
  return work().catch((cause) => {
    const message = `The ledger could not ${step}: ${messageOf(cause)}. Check the disk and its permissions.`;
    throw new AgentError('ledger-failed', message, { retryable: true, cause });
  });
}

let temporaryCount = 0;
const temporary = (path: string) => `${path}.${process.pid}-${++temporaryCount}.tmp`;

/** A hard link fails when its target exists, and the file behind it is whole: create-only and never torn. */
async function createWhole(path: string, bytes: Uint8Array): Promise<boolean> {
  if (await exists(path)) return false;
  try {
    await writeDurably(temporary(path), bytes, async (from) => {
      await link(from, path);
      await unlink(from);
    });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

async function writeDurably(path: string, bytes: Uint8Array, publish: (from: string) => Promise<void>) {
  const file = await openForWriting(path);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await publish(path).catch(async (thrown) => {
    await rm(path, { force: true });
    throw thrown;
  });
}

async function openForWriting(path: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    return open(path, 'wx', 0o600);
  }
}

async function mark(path: string) {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await (await open(path, 'a', 0o600)).close();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((thrown) => {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
}

async function namesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((thrown) => {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw thrown;
  });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
