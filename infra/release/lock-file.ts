import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { builtFile, packageFolder } from '../package-files.ts';

/** A package as package-lock.json has it. */
export type LockedPackage = z.infer<typeof lockedPackage>;
const lockedPackage = z.object({
  version: z.optional(z.string()),
  license: z.optional(z.string()),
  integrity: z.optional(z.string()),
  dependencies: z._default(z.record(z.string(), z.string()), {}),
});
const lockFile = z.object({ packages: z.record(z.string(), lockedPackage) });

export const lockFilePath = join(packageFolder, 'package-lock.json');

/** The packages by their places: `node_modules/a/node_modules/b`; the empty place is this package. */
export function lockedPackages(): Readonly<Record<string, LockedPackage>> {
  return lockFile.parse(JSON.parse(readFileSync(lockFilePath, 'utf8'))).packages;
}

/** The places of the packages of which there is code in what a release deploys, each with the bundles that have it. */
export function deployedPackages(): Map<string, string[]> {
  const text = readFileSync(builtFile('dist/packages.json'), 'utf8');
  const bundles = z.record(z.string(), z.array(z.string())).parse(JSON.parse(text));
  const isDeployed = (entryPoint: string) => /^(functions|containers)\//.test(entryPoint);
  const found = new Map<string, string[]>();
  for (const entryPoint of Object.keys(bundles).filter(isDeployed).sort()) {
    for (const place of bundles[entryPoint] ?? []) {
      found.set(place, [...(found.get(place) ?? []), entryPoint]);
    }
  }
  return found;
}

/** Where a package finds one that it depends on: beside it, or in a folder above. */
export function placeOf(name: string, from: string, locked: Readonly<Record<string, unknown>>) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in locked) return place;
    if (folder === '') return undefined;
  }
}
