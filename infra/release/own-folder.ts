import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AgentError } from '../../core/errors.ts';
import { checksumsFile } from './checksums.ts';

/**
 * An empty folder, by its absolute path. What an earlier template left in it goes.
 * @throws AgentError `config-invalid` when something else is in it.
 */
export function ownFolder(folder: string): string {
  const absolute = resolve(folder);
  const isOurs = existsSync(join(absolute, checksumsFile));
  if (existsSync(absolute) && !isOurs && readdirSync(absolute).length > 0) {
    throw new AgentError(
      'config-invalid',
      `${absolute} holds something, and no template of an earlier run. Name another folder with --out.`,
    );
  }
  rmSync(absolute, { recursive: true, force: true });
  mkdirSync(absolute, { recursive: true });
  // So that it is known as ours also when nothing comes of what is written next.
  writeFileSync(join(absolute, checksumsFile), '');
  return absolute;
}
