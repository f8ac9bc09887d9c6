import { execFile } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const project = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/**
 * Lets the commit before this one make its template in `folder`, in a checkout of its own, as somebody did who
 * installed the agent before. `argv` is what `npm run template` is told besides.
 */
export async function buildPreviousTemplate(folder: string, argv: readonly string[]): Promise<void> {
  const checkout = join(mkdtempSync(join(tmpdir(), 'runops-previous-')), 'agent');
  const git = (...words: string[]) => run('git', ['-C', project, ...words]);
  await git('worktree', 'add', '--quiet', '--detach', checkout, 'HEAD~1');
  try {
    symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'));
    const words = ['run', '--silent', 'template', '--', '--out', folder, ...argv];
    await run('npm', words, { cwd: checkout, maxBuffer: 16 * 1024 * 1024 });
  } finally {
    await git('worktree', 'remove', '--force', checkout);
    await rm(resolve(checkout, '..'), { recursive: true, force: true });
  }
}
