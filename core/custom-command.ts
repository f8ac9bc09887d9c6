import { commandWords, type Word } from './command-words.ts';
import { AgentError } from './errors.ts';
import { secretsAsEnvironment } from './integrations/environment.ts';
import type { Command } from './integrations/integration.ts';
import type { SecretMap } from './ports.ts';
import { isSecret } from './secret-values.ts';

export interface CustomCommandInput {
  script: string;
  secrets: SecretMap;
  publicKeys: readonly string[];
  /** Whether rendering put a secret's value into the script. */
  scriptHoldsSecret: boolean;
}

/**
 * The target's own command line in place of its type's, such as `php [[PHP_APP]] tinker -n`. A placeholder is
 * replaced inside its word, so that a value is never more than one argument. The script goes to standard input,
 * unless the template places it with `[[SCRIPT]]`. Every key of the secret is an environment variable.
 *
 * Every process on a machine can read the arguments of the others, so a secret may not become one.
 */
export function customCommand(template: string, input: CustomCommandInput): Command {
  const words = commandWords(template.trim());
  const script = scriptText(input);
  const [program = '', ...rest] = words.map((word) => fill(word, script, input));
  refuseAssignment(words[0], program);
  const placesScript = words.some((word) => word.some((part) => 'key' in part && part.key === 'SCRIPT'));
  return {
    argv: [program, ...rest],
    env: secretsAsEnvironment(input.secrets),
    stdin: placesScript ? null : script,
    files: [],
  };
}

/** SCRIPT_BASE64_ENCODE is a setting of the first agent, for commands that cannot take line breaks. */
function scriptText({ script, secrets }: CustomCommandInput): string {
  return secrets.SCRIPT_BASE64_ENCODE === 'true' ? Buffer.from(script).toString('base64') : script;
}

function fill(word: Word, script: string, input: CustomCommandInput): string {
  return word.map((part) => ('text' in part ? part.text : valueFor(part.key, script, input))).join('');
}

function valueFor(key: string, script: string, input: CustomCommandInput): string {
  const { secrets, publicKeys, scriptHoldsSecret } = input;
  if (key === 'SCRIPT') {
    if (!scriptHoldsSecret) return script;
    throw new AgentError(
      'command-invalid',
      'The custom command places [[SCRIPT]], and the script names secrets with {{ }}: every process of the machine ' +
        'could read them. Take [[SCRIPT]] out, so that the script goes to standard input, or take the {{ }} out.',
    );
  }
  const value = Object.hasOwn(secrets, key) ? secrets[key] : undefined;
  if (value === undefined) {
    throw new AgentError(
      'command-invalid',
      `The custom command names [[${key}]], which the secret of the target does not have. Add the key to the secret ` +
        'or to the secret mapping, or correct the custom command. [[SCRIPT]] is the script.',
    );
  }
  if (!isSecret(key, value, publicKeys)) return value;
  throw new AgentError(
    'command-invalid',
    `The custom command places [[${key}]], a secret, in the arguments, where every process of the machine could read ` +
      `it. Let the program read the environment variable ${key} instead: it has the same value.`,
  );
}

function refuseAssignment(word: Word | undefined, program: string) {
  const first = word?.[0];
  const assigns = first && 'text' in first && /^[A-Za-z_]\w*=/.test(program);
  if (!assigns && program !== '') return;
  throw new AgentError(
    'command-invalid',
    'The custom command must begin with a program, such as `php [[PHP_APP]] tinker -n`. For environment variables ' +
      'add keys to the secret of the target: each becomes one.',
  );
}
