import { AgentError } from '../errors.ts';
import { secretsAsEnvironment } from './environment.ts';
import type { Command, IntegrationInput } from './integration.ts';

/** What the types on a Rails application of the image have in common. */
export const railsKeys = {
  requiredKeys: [],
  publicKeys: ['RAILS_ROOT', 'RAILS_ENV'],
  missingKeys: '',
} as const;

/** Where the Dockerfile that Rails makes puts the application. */
const USUAL_ROOT = '/rails';

/**
 * The application's own `bin/rails`, in its folder RAILS_ROOT: any other `rails` would print how to make a new
 * application, and call that a success.
 * @throws AgentError `secrets-invalid`
 */
export function railsCommand(
  { secrets }: IntegrationInput,
  words: string[],
  files: Command['files'] = [],
): Command {
  const root = secrets.RAILS_ROOT?.replace(/\/+$/, '') || USUAL_ROOT;
  if (!root.startsWith('/')) {
    const message = `RAILS_ROOT is ${JSON.stringify(root.slice(0, 100))}; it must be an absolute path, such as /rails.`;
    throw new AgentError('secrets-invalid', message);
  }
  return {
    argv: [`${root}/bin/rails`, ...words],
    env: secretsAsEnvironment(secrets),
    stdin: null,
    files,
    workingDirectory: root,
  };
}
