import { secretsAsEnvironment } from './environment.ts';
import type { Command, IntegrationInput } from './integration.ts';

/** What the types on a Rails application of the image have in common. RAILS_ROOT is where the application is. */
export const railsKeys = {
  image: 'rails',
  requiredKeys: [],
  publicKeys: ['RAILS_ROOT', 'RAILS_ENV'],
  missingKeys: '',
} as const;

/** The application's own `bin/rails`, or the one that is found when no RAILS_ROOT is given. */
export function railsCommand(
  { secrets }: IntegrationInput,
  words: string[],
  files: Command['files'] = [],
): Command {
  const root = secrets.RAILS_ROOT?.replace(/\/+$/, '');
  return {
    argv: [root ? `${root}/bin/rails` : 'rails', ...words],
    env: secretsAsEnvironment(secrets),
    stdin: null,
    files,
    ...(root && { workingDirectory: root }),
  };
}
