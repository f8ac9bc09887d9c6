import { commonOptions } from './arguments.ts';
import type { Group, Option, Verb } from './command.ts';

/** The help of a group or a verb: usage, what there is to choose from, examples. */
export function helpOf(entry: Group | Verb, path: readonly string[]): string {
  return 'commands' in entry ? groupHelp(entry, path.join(' ')) : verbHelp(entry, path.join(' '));
}

function groupHelp(group: Group, path: string): string {
  const rows = group.commands.flatMap((entry): [string, string][] =>
    'commands' in entry
      ? entry.commands.map((verb) => [`${entry.name} ${verb.name}`, verb.summary])
      : [[entry.name, entry.summary]],
  );
  const words = group.commands.some((entry) => 'commands' in entry) ? 'NOUN VERB' : 'VERB';
  return sections([
    `${group.summary}\n\nUsage: ${path} ${words} [flags]`,
    `Verbs:\n${columns(rows)}`,
    examples(group.examples),
    `\`${path} … --help\` tells more about each.`,
  ]);
}

function verbHelp(verb: Verb, path: string): string {
  const own = Object.entries(verb.options).map(row);
  const required = Object.entries(verb.options).filter(([, option]) => option.required);
  const usage = [
    path,
    ...(verb.operand === undefined ? [] : [verb.operand]),
    ...required.map(([name, { value }]) => `--${name} ${value}`),
    '[flags]',
  ];
  return sections([
    `${verb.summary}.\n\nUsage: ${usage.join(' ')}`,
    `Flags:\n${columns([...own, ...Object.entries(commonOptions).map(row)])}`,
    ...(verb.notes ?? []),
    examples(verb.examples),
  ]);
}

function row([name, option]: [string, Option]): [string, string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const value = option.value === undefined ? '' : ` ${option.value}`;
  const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`;
  return [`${short}--${name}${value}`, `${option.summary}${choices}`];
}

function columns(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

function examples(lines: readonly string[]): string {
  return `Examples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
