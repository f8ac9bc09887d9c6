import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { AgentError } from '../../core/errors.ts';
import { asChild, type ChildUser } from './child-user.ts';

/** What to install, by program, where the name alone does not tell. */
const packages: Readonly<Record<string, string>> = {
  psql: 'postgresql-client',
  mysql: 'default-mysql-client (or mariadb-client)',
  node: 'nodejs',
  sqlcmd: 'mssql-tools18 of Microsoft',
  mongosh: 'mongodb-mongosh of MongoDB',
  vault: 'vault of HashiCorp',
  aws: 'awscli',
  kubectl: 'kubectl of Kubernetes',
};

/**
 * The path of a program as the child would find it. Looked up before the start, because afterwards "not found"
 * looks like the end of a program that was.
 * @throws AgentError `command-invalid`
 */
export function findProgram(
  program: string,
  place: { path: string; directory: string; user: ChildUser | null },
) {
  const folders = program.includes('/') ? [place.directory] : place.path.split(delimiter);
  const candidates = folders.map((folder) => resolve(folder || '.', program));
  const found = asChild(place.user, () => {
    const files = candidates.filter(isFile);
    return files.find(isExecutable) ?? files[0];
  });
  if (found === undefined) throw missing(program);
  if (!isExecutable(found)) throw notExecutable(found);
  return found;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(program: string): AgentError {
  const name = packages[program] ?? program;
  return new AgentError(
    'command-invalid',
    `agent failed to run command: ${program} is not installed here. Install ${name}, or use an image that has it.`,
  );
}

function notExecutable(path: string): AgentError {
  return new AgentError(
    'command-invalid',
    `agent failed to run command: ${path} is not executable. Give it that right with: chmod a+rx ${path}`,
  );
}
