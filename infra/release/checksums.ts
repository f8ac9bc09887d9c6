import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export const checksumsFile = 'SHA256SUMS';

/** All files of a folder by their names, each with its SHA-256. */
export function digestsOf(folder: string): [name: string, digest: string][] {
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== checksumsFile)
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
    .map((name) => [name, sha256(readFileSync(join(folder, name)))]);
}

/** Writes `SHA256SUMS`, as `sha256sum --check` reads it. */
export function writeChecksums(folder: string): void {
  const lines = digestsOf(folder).map(([name, digest]) => `${digest}  ${name}\n`);
  writeFileSync(join(folder, checksumsFile), lines.join(''));
}
