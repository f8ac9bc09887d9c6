import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';

/** The oldest that the format knows, in the zone of whoever packs: it stores no zone. */
const always = new Date(1980, 0, 1, 12);
const readableByAll = 0o100644;

/**
 * A zip file of all that is in a folder. The same files make the same bytes, whenever and wherever they are packed,
 * which is why neither the dates nor the modes of this machine are in it, and why its compressor is JavaScript: what
 * zlib writes may differ from one Node, and one processor, to the next.
 */
export function zipFolder(folder: string): Uint8Array {
  const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
  const entries = names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))] as const);
  const onUnix = 3;
  return zipSync(Object.fromEntries(entries), {
    ...{ level: 9, mtime: always, os: onUnix, attrs: readableByAll << 16 },
  });
}
