import { randomBytes, randomInt } from 'node:crypto';

/** What must never leave the account, by what it is. Fresh in each run, so that no earlier run is found. */
export type Planted = Record<string, string>;

/** Values of the secrets of targets. */
export function plantedSecrets(names: readonly string[]): Planted {
  // A + and a / are written differently in almost every encoding.
  return Object.fromEntries(names.map((name) => [`secret ${name}`, `p/+${randomBytes(18).toString('hex')}`]));
}

/** Personal data, for commands to print. */
export function plantedPersonalData(): Planted {
  const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('');
  return {
    'e-mail address': `ana.souza${digits(8)}@example.org`,
    'card number': withLuhnDigit(`4${digits(14)}`),
    'social security number': `5${digits(2)}-4${digits(1)}-1${digits(3)}`,
  };
}

/** A shell command that prints the value, which is nowhere in it as one word. */
export function printing(values: Planted): string {
  return Object.values(values)
    .map((value) => `printf '%s%s\\n' '${value.slice(0, 6)}' '${value.slice(6)}'`)
    .join('\n');
}

function withLuhnDigit(start: string): string {
  const sum = [...start]
    .toReversed()
    .map((digit, index) => Number(digit) * (index % 2 === 0 ? 2 : 1))
    .reduce((total, number) => total + (number > 9 ? number - 9 : number), 0);
  return `${start}${(10 - (sum % 10)) % 10}`;
}
