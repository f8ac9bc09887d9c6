import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processId } from '../adapters/local/process-id.ts';
import { AgentError } from '../core/errors.ts';
import { makeHome } from './make-home.ts';

/**
 * Makes this process the only agent with this folder; a lock whose process is gone is taken over. Returns how to
 * give it back.
 * @throws AgentError `config-invalid` while another agent lives there.
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const path = join(home, 'agent.lock');
  const own = processId(process.pid) ?? String(process.pid);
  await makeHome(home);
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder !== undefined && processId(Number.parseInt(holder, 10)) === holder) {
    const [pid] = holder.split('/');
    const message = `Another agent (process ${pid}) uses ${home}. Stop it, or set RUNOPS_HOME to another folder.`;
    throw new AgentError('config-invalid', message);
  }
  await rm(path, { force: true })
    .then(() => writeFile(path, own, { flag: 'wx', mode: 0o600 }))
    .catch((cause) => {
      const message = `The folder ${home} cannot be written (${cause.code}). Set RUNOPS_HOME to one that can.`;
      throw new AgentError('config-invalid', message, { cause });
    });
  return () => rm(path, { force: true });
}
