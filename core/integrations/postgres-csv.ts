import { csvSeparator } from './field-separator.ts';
import type { Integration } from './integration.ts';
import { postgresKeys, psqlCommand } from './psql.ts';

/** SQL for PostgreSQL, with each result as CSV: `--quiet` keeps `INSERT 0 1` and its kind out of the data. */
export const postgresCsv: Integration = {
  ...postgresKeys,
  command: (input) =>
    psqlCommand(input, ['--quiet', '--csv', `--pset=csv_fieldsep=${csvSeparator(input.secrets)}`]),
};
