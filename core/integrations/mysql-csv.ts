import { csvSeparator } from './field-separator.ts';
import type { Integration } from './integration.ts';
import { mysqlBatchToCsv } from './mysql-batch-to-csv.ts';
import { mysqlCommand, mysqlKeys } from './mysql-client.ts';

/** SQL for MySQL and MariaDB, with each result as CSV. */
export const mysqlCsv: Integration = {
  ...mysqlKeys,
  dataOnly: true,
  command(input) {
    const separator = csvSeparator(input.secrets);
    return { ...mysqlCommand(input), stdoutFilter: () => mysqlBatchToCsv(separator) };
  },
};
