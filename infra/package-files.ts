import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { AgentError } from '../core/errors.ts';

/** The folder of this package: in a checkout the one above, in the bundled library two above. */
export const packageFolder = folderWith('package.json', import.meta.dirname);

export const packageVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))).version;

/**
 * The absolute path of something that `npm run build` makes.
 * @throws AgentError `config-invalid` when it was not built.
 */
export function builtFile(path: string): string {
  const absolute = join(packageFolder, path);
  if (existsSync(absolute)) return absolute;
  throw new AgentError(
    'config-invalid',
    `${absolute} is not there. Run npm run build in ${packageFolder} first.`,
  );
}

function folderWith(file: string, from: string): string {
  return existsSync(join(from, file)) || dirname(from) === from ? from : folderWith(file, dirname(from));
}
