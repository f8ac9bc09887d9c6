import { fieldSeparator } from './field-separator.ts';
import type { Integration } from './integration.ts';
import { postgresKeys, psqlCommand } from './psql.ts';

/** SQL for PostgreSQL, with rows as lines: a header, values between separators, and the number of rows. */
export const postgres: Integration = {
  ...postgresKeys,
  command: (input) =>
    psqlCommand(input, ['--no-align', `--field-separator=${fieldSeparator(input.secrets, '\t')}`]),
};
