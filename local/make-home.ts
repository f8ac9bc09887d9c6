import { access, constants, mkdir } from 'node:fs/promises';
import { AgentError } from '../core/errors.ts';

/**
 * Makes the folder for everything that an agent or a server keeps, for its owner only.
 * @throws AgentError `config-invalid` when it cannot be made or written.
 */
export async function makeHome(home: string): Promise<void> {
  const refuse = (what: string) => (cause: NodeJS.ErrnoException) => {
    const message = `The folder ${home} cannot be ${what} (${cause.code}). Set RUNOPS_HOME to one that can be written.`;
    throw new AgentError('config-invalid', message, { cause });
  };
  await mkdir(home, { recursive: true, mode: 0o700 }).catch(refuse('made'));
  await access(home, constants.W_OK | constants.X_OK).catch(refuse('written'));
}
