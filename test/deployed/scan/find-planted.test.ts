import { expect, it } from 'vitest';
import { findPlanted } from './find-planted.ts';
import { plantedPersonalData, plantedSecrets, printing } from './planted.ts';

const planted = { ...plantedSecrets(['pg']), ...plantedPersonalData() };

const writings: [string, (value: string) => string][] = [
  ['as it is', (value) => `before ${value} after`],
  ['in JSON', (value) => JSON.stringify({ password: value })],
  ['in JSON in JSON', (value) => JSON.stringify(JSON.stringify({ password: value }))],
  ['in a URL', (value) => `https://example.org/?q=${encodeURIComponent(value)}`],
  ['in a form', (value) => new URLSearchParams({ value }).toString()],
  ['in hexadecimal digits', (value) => Buffer.from(value).toString('hex')],
  ...[0, 1, 2].map((before): [string, (value: string) => string] => [
    `in base64 after ${before} bytes`,
    (value) => Buffer.from(`${'x'.repeat(before)}${value}yz`).toString('base64'),
  ]),
  ['in base64url', (value) => Buffer.from(`{"p":"${value}"}`).toString('base64url')],
];

it.each(writings)('finds a planted value %s', async (_, write) => {
  for (const [name, value] of Object.entries(planted)) {
    const { found } = await findPlanted(planted, [{ place: 'a log', text: write(value) }]);
    expect(found).toEqual([expect.stringMatching(new RegExp(`^${name}, .* in a log$`))]);
    expect(found.join()).not.toContain(value);
  }
});

it('finds nothing in other text, nor in the command that prints the values', async () => {
  const places = [
    { place: 'a log', text: 'nothing [EMAIL_ADDRESS] here' },
    { place: 'a script', text: printing(planted) },
  ];
  expect(await findPlanted(planted, places)).toMatchObject({ found: [], places: 2 });
});
