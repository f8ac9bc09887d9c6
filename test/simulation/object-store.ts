import type { Universe } from './process.ts';

/** An object store with conditional writes, as S3 has them. Each operation is whole and seen at once by all. */
export interface ObjectStore {
  /** `If-None-Match: *` when `once`: 200 or 412. `writer` is a nonce in the object's metadata. */
  put(key: string, bytes: Uint8Array | string, options: { once: boolean; writer: string }): 200 | 412;
  get(key: string): Uint8Array | string | undefined;
  writerOf(key: string): string | undefined;
  /** Milliseconds since the start of the run. */
  createdAt(key: string): number | undefined;
  /** The first time. */
  deletedAt(key: string): number | undefined;
  /** The prefix names one folder: `open/`, `executions/7/`, `executions/7/claim-`. */
  list(prefix: string): string[];
  delete(keys: readonly string[]): void;
  /** Calls back when an object was created. */
  onCreated(listener: (key: string) => void): void;
  /** The bucket's lifecycle: what is older than a day goes, save what `isKept` names. */
  expire(isKept: (key: string) => boolean): void;
  /** Every object's key and text. */
  contents(): { key: string; text: string }[];
}

const dayMilliseconds = 24 * 3600 * 1000;

export function objectStore({ scheduler }: Universe): ObjectStore {
  const objects = new Map<string, { bytes: Uint8Array | string; writer: string; at: number }>();
  /** Listing must not look at every object there is. */
  const folders = new Map<string, Set<string>>();
  const deletions = new Map<string, number>();
  const remove = (key: string) => {
    objects.delete(key);
    if (!deletions.has(key)) deletions.set(key, scheduler.now());
    folders.get(folderOf(key))?.delete(key);
  };
  const listeners: ((key: string) => void)[] = [];
  return {
    onCreated: (listener) => listeners.push(listener),
    put(key, bytes, { once, writer }) {
      if (once && objects.has(key)) return 412;
      objects.set(key, { bytes, writer, at: scheduler.now() });
      const folder = folders.get(folderOf(key)) ?? new Set();
      folders.set(folderOf(key), folder.add(key));
      for (const listener of listeners) listener(key);
      return 200;
    },
    get: (key) => objects.get(key)?.bytes,
    writerOf: (key) => objects.get(key)?.writer,
    deletedAt: (key) => deletions.get(key),
    createdAt: (key) => objects.get(key)?.at,
    list: (prefix) => [...(folders.get(folderOf(prefix)) ?? [])].filter((key) => key.startsWith(prefix)),
    delete(keys) {
      for (const key of keys) remove(key);
    },
    expire(isKept) {
      for (const [key, { at }] of objects) {
        if (!key.startsWith('open/') && !isKept(key) && at + dayMilliseconds < scheduler.now())
          objects.delete(key);
      }
    },
    contents: () =>
      [...objects].map(([key, { bytes }]) => ({
        key,
        text: typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1'),
      })),
  };
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}
