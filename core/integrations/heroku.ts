import type { Integration } from './integration.ts';

/** A command in a one-off dyno of an app, with the script on its standard input. */
export const heroku: Integration = {
  image: 'heroku',
  requiredKeys: ['HEROKU_API_KEY', 'HEROKU_APP', 'HEROKU_EXEC_COMMAND'],
  publicKeys: ['HEROKU_APP', 'HEROKU_EXEC_COMMAND', 'HEROKU_DYNO_SIZE', 'HEROKU_PROCESS_TYPE'],
  missingKeys:
    'Heroku type requires all the following secrets: HEROKU_API_KEY, HEROKU_APP, HEROKU_EXEC_COMMAND',
  command({ script, secrets }) {
    const { HEROKU_API_KEY = '', HEROKU_APP, HEROKU_DYNO_SIZE, HEROKU_PROCESS_TYPE } = secrets;
    return {
      argv: [
        'heroku',
        'run',
        '--no-tty',
        '--exit-code', // else the client's own
        `--app=${HEROKU_APP}`,
        ...(HEROKU_DYNO_SIZE ? [`--size=${HEROKU_DYNO_SIZE}`] : []),
        ...(HEROKU_PROCESS_TYPE ? [`--type=${HEROKU_PROCESS_TYPE}`] : []),
        '--',
        // In one piece: the client would join words again with quotes that the dyno's shell reads otherwise.
        secrets.HEROKU_EXEC_COMMAND ?? '',
      ],
      env: {
        HEROKU_API_KEY,
        // The client sends command lines and errors to its makers unless told not to.
        DISABLE_TELEMETRY: 'true',
        HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
      },
      stdin: script,
      files: [],
    };
  },
};
