import { herokuProgram } from './heroku-program.ts';
import type { Integration } from './integration.ts';

/** A command line for the shell of a one-off dyno of an app, with the script on its standard input. */
export const heroku: Integration = {
  requiredKeys: ['HEROKU_API_KEY', 'HEROKU_APP', 'HEROKU_EXEC_COMMAND'],
  publicKeys: [
    ...['HEROKU_APP', 'HEROKU_EXEC_COMMAND', 'HEROKU_DYNO_SIZE', 'HEROKU_PROCESS_TYPE'],
    'HEROKU_HOST',
  ],
  missingKeys:
    'Heroku type requires all the following secrets: HEROKU_API_KEY, HEROKU_APP, HEROKU_EXEC_COMMAND',
  command({ script, secrets, directory }) {
    const task = {
      api: apiOf(secrets.HEROKU_HOST || 'heroku.com'),
      key: secrets.HEROKU_API_KEY,
      app: secrets.HEROKU_APP,
      command: secrets.HEROKU_EXEC_COMMAND,
      size: secrets.HEROKU_DYNO_SIZE || undefined,
      type: secrets.HEROKU_PROCESS_TYPE || undefined,
    };
    return {
      argv: ['node', `${directory}/client.cjs`, `${directory}/task.json`],
      env: {},
      stdin: script,
      files: [
        { name: 'client.cjs', content: herokuProgram },
        { name: 'task.json', content: JSON.stringify(task) },
      ],
    };
  },
};

/** As Heroku's own client reads it: a domain, or an address. */
function apiOf(host: string): string {
  return host.startsWith('http') ? host.replace(/\/+$/, '') : `https://api.${host}`;
}
