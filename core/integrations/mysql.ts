import type { Integration } from './integration.ts';
import { mysqlCommand, mysqlKeys } from './mysql-client.ts';

/** SQL for MySQL and MariaDB, with rows as lines of the client's batch mode: a header, values between tabs. */
export const mysql: Integration = { ...mysqlKeys, command: (input) => mysqlCommand(input) };
