import { AgentError } from '../errors.ts';
import { bash } from './bash.ts';
import type { Integration } from './integration.ts';
import { mysql } from './mysql.ts';
import { mysqlCsv } from './mysql-csv.ts';
import { node } from './node.ts';
import { postgres } from './postgres.ts';
import { postgresCsv } from './postgres-csv.ts';
import { python } from './python.ts';

/** Every type that this agent runs, by the name that the API gives it. */
export const catalog: Readonly<Record<string, Integration>> = {
  bash,
  mysql,
  'mysql-csv': mysqlCsv,
  node,
  postgres,
  'postgres-csv': postgresCsv,
  python,
};

/** @throws AgentError `task-invalid` that names the types there are. */
export function findIntegration(type: string): Integration {
  const integration = Object.hasOwn(catalog, type) ? catalog[type] : undefined;
  if (integration) return integration;
  throw new AgentError(
    'task-invalid',
    `invalid task type [${type.slice(0, 100)}]. This agent runs: ${Object.keys(catalog).join(', ')}. ` +
      'Change the type of the target or of the task.',
  );
}
