import { parseArgs } from 'node:util';
import type { Call, Group, Option, Verb } from './command.ts';
import { UsageError } from './errors.ts';
import { suggestion } from './suggest.ts';

/** What each verb understands beside its own options. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { summary: "Print the server's JSON" },
  help: { short: 'h', summary: 'Show this help' },
};

/** Where the words lead: the group or verb, how it was reached, and the arguments that are left. */
export interface Route {
  entry: Group | Verb;
  path: readonly string[];
  rest: readonly string[];
}

/** Follows the words of the command line from `root` to a verb, or to the group whose help is wanted. */
export function route(root: Group, args: readonly string[]): Route {
  let entry: Group | Verb = root;
  let rest = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
  const path = [root.name];
  while ('commands' in entry && rest[0] !== undefined && rest[0] !== '--help' && rest[0] !== '-h') {
    entry = child(entry, rest[0], path);
    path.push(entry.name);
    rest = rest.slice(1);
  }
  return { entry, path, rest };
}

function child(group: Group, word: string, path: readonly string[]): Group | Verb {
  const found = group.commands.find((entry) => entry.name === word);
  if (found !== undefined) return found;
  const names = group.commands.map((entry) => entry.name);
  const what = word.startsWith('-') ? `no flag ${word} here` : `no verb "${word}"`;
  const options = `${path.join(' ')} has ${names.join(', ')}.`;
  throw new UsageError(`There is ${what}.${suggestion(word, names)} ${options}`);
}

/**
 * Parses what follows a verb. `parseArgs` only cuts it up: its strict mode refuses values that begin with a dash,
 * and a script may well begin with the SQL comment `-- why`.
 */
export function parseCall(verb: Verb, path: readonly string[], args: readonly string[]): Call {
  const options = { ...verb.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...args],
    options: declarations(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const name = spellings(options).get(token.name);
    const option = name === undefined ? undefined : options[name];
    if (name === undefined || option === undefined) throw unknownFlag(token.rawName, options, path);
    if (name in values || switches.has(name)) throw new UsageError(`${token.rawName} is given twice.`);
    if (option.value === undefined) switches.add(switchName(name, token));
    else values[name] = checkedValue(token, option, options);
  }
  if (switches.has('help')) return { operand: '', values, switches };
  checkRequired(verb, path, values);
  return { operand: soleOperand(verb, path, operands), values, switches };
}

interface OptionToken {
  rawName: string;
  value?: string | undefined;
}

type Options = Readonly<Record<string, Option>>;

function declarations(options: Options) {
  const declared = Object.entries(options).flatMap(([name, { short, value }]) => {
    const type: 'string' | 'boolean' = value === undefined ? 'boolean' : 'string';
    const main = { type, ...(short === undefined ? {} : { short }) };
    return name.includes('_')
      ? [[name, main] as const, [dashed(name), { type }] as const]
      : [[name, main] as const];
  });
  return Object.fromEntries(declared);
}

function spellings(options: Options): Map<string, string> {
  return new Map(
    Object.keys(options).flatMap((name) => [[name, name] as const, [dashed(name), name] as const]),
  );
}

function dashed(name: string): string {
  return name.replaceAll('_', '-');
}

function unknownFlag(rawName: string, options: Options, path: readonly string[]): UsageError {
  const known = Object.keys(options).map((name) => `--${name}`);
  return new UsageError(`${path.join(' ')} has no flag ${rawName}.${suggestion(rawName, known)}`);
}

function switchName(name: string, token: OptionToken): string {
  if (token.value !== undefined) throw new UsageError(`${token.rawName} is a switch and takes no value.`);
  return name;
}

function checkedValue(token: OptionToken, option: Option, options: Options): string {
  const { rawName, value } = token;
  // A flag of this verb right after a flag that wants a value is a forgotten value, not a value.
  const forgotten = value !== undefined && isFlag(value, options);
  if (value === undefined || forgotten) throw new UsageError(`${rawName} needs a value: ${option.value}.`);
  if (option.choices !== undefined && !option.choices.includes(value)) {
    throw new UsageError(
      `${rawName} cannot be "${value}".${suggestion(value, option.choices)} It can be ${option.choices.join(', ')}.`,
    );
  }
  return value;
}

function isFlag(word: string, options: Options): boolean {
  if (word.startsWith('--')) return spellings(options).has(word.slice(2));
  return Object.values(options).some(({ short }) => short !== undefined && word === `-${short}`);
}

function checkRequired(verb: Verb, path: readonly string[], values: Readonly<Record<string, string>>): void {
  const missing = Object.keys(verb.options).filter((name) => verb.options[name]?.required && !values[name]);
  if (missing.length === 0) return;
  throw new UsageError(`${path.join(' ')} needs ${missing.map((name) => `--${name}`).join(' and ')}.`);
}

function soleOperand(verb: Verb, path: readonly string[], operands: readonly string[]): string {
  const [operand = '', ...surplus] = operands;
  const unexpected = verb.operand === undefined ? operands[0] : surplus[0];
  if (unexpected !== undefined) {
    throw new UsageError(
      `${path.join(' ')} cannot use "${unexpected}". Quote values with spaces, as in --message 'two words'.`,
    );
  }
  if (verb.operand !== undefined && operand === '') {
    throw new UsageError(`${path.join(' ')} needs ${verb.operand}.`);
  }
  return operand;
}
