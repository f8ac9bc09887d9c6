import { csvSeparator } from './field-separator.ts';
import type { Integration } from './integration.ts';
import { mysqlCommand, mysqlKeys } from './mysql-client.ts';
import { mysqlXmlToCsv } from './mysql-xml-to-csv.ts';

/** SQL for MySQL and MariaDB, with each result as CSV. */
export const mysqlCsv: Integration = {
  ...mysqlKeys,
  command(input) {
    const separator = csvSeparator(input.secrets);
    return { ...mysqlCommand(input, ['--xml']), stdoutFilter: () => mysqlXmlToCsv(separator) };
  },
};
