import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The name of this installation, the same after every restart, so that the API does not take it for a second agent. */
export async function instanceOf(home: string): Promise<string> {
  const path = join(home, 'instance');
  const known = await readFile(path, 'utf8').catch(() => '');
  if (known) return known;
  const fresh = randomUUID();
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(path, fresh, { mode: 0o600 });
  return fresh;
}
