import { describe, expect, it } from 'vitest';
import { bytesOf, redactFrames, redactor } from './redacting.ts';

const fullWidth = (text: string) =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

const found: readonly [name: string, text: string, redacted: string][] = [
  ['no-break spaces', '4111\u00a01111\u00a01111\u00a01111', '[CREDIT_CARD_NUMBER]'],
  ['narrow spaces', 'tel +33\u202f6\u202f12\u202f34\u202f56\u202f78.', 'tel [PHONE_NUMBER].'],
  ['no-break hyphens', '123\u201145\u20116789', '[US_SOCIAL_SECURITY_NUMBER]'],
  ['en dashes', 'cpf 529.982.247–25', 'cpf [BRAZIL_CPF_NUMBER]'],
  ['minus signs', '123−45−6789', '[US_SOCIAL_SECURITY_NUMBER]'],
  ['full-width digits', fullWidth('4111111111111111'), '[CREDIT_CARD_NUMBER]'],
  ['a full-width at sign', 'ana＠example。com', '[EMAIL_ADDRESS]'],
  ['Arabic digits', '٤١١١١١١١١١١١١١١١', '[CREDIT_CARD_NUMBER]'],
  ['Indian digits', '४१११११११११११११११', '[CREDIT_CARD_NUMBER]'],
  ['zero-width spaces', '4111\u200b1111\u200b1111\u200b1111', '[CREDIT_CARD_NUMBER]'],
  ['soft hyphens', 'an\u00ada@exam\u00adple.com!', '[EMAIL_ADDRESS]!'],
  ['marks of direction', '+1\u202a2125550123\u202c', '[PHONE_NUMBER]\u202c'],
  ['colours', 'x \x1b[01;31m\x1b[Kana\x1b[m\x1b[K@example.com y', 'x \x1b[01;31m\x1b[K[EMAIL_ADDRESS] y'],
  [
    'escapes of JSON',
    '"\\u002B12125550123" "ana\\u002bx\\u0040example.com"',
    '"[PHONE_NUMBER]" "[EMAIL_ADDRESS]"',
  ],
  [
    'escapes of URLs',
    '?c=4111%201111%201111%201111&p=%2B12125550123',
    '?c=[CREDIT_CARD_NUMBER]&p=[PHONE_NUMBER]',
  ],
  [
    'entities of HTML',
    '<b>ana&#64;example.com 4111&nbsp;1111&#xA0;1111&nbsp;1111</b>',
    '<b>[EMAIL_ADDRESS] [CREDIT_CARD_NUMBER]</b>',
  ],
];

describe('a value is found', () => {
  it.each(found)('with %s', (_name, text, redacted) => {
    expect(redactor.message(`one line\n${text}\nand another`)).toBe(`one line\n${redacted}\nand another`);
  });

  it.each(['utf16le', 'utf16be'])('in %s, where it is ASCII', async (encoding) => {
    const bytes = Buffer.from('to ana@example.com, 123-45-6789\n', 'utf16le');
    if (encoding === 'utf16be') bytes.swap16();
    const { stdout } = await redactFrames([{ stream: 'stdout', bytes }]);
    expect(stdout.replaceAll('\0', '')).toBe('to [EMAIL_ADDRESS], [US_SOCIAL_SECURITY_NUMBER]\n');
  });

  it('at any place of a long line of other characters', async () => {
    const line =
      `${'é\u00a0%20'.repeat(20_000)} ana%40example.com 4111\u00a01111\u00a01111\u00a01111 `.repeat(3);
    const { stdout } = await redactFrames([{ stream: 'stdout', bytes: bytesOf(line) }]);
    expect(stdout).not.toMatch(/ana|4111/);
    expect(stdout.replaceAll(/\[[A-Z_]+\]/g, '').length).toBe(
      line.replaceAll(/ana%40example.com|(?:4111|1111)\u00a0?/g, '').length,
    );
  });
});

it.each([
  '100%25 of 20%2E5%2E1',
  '\\u003cb\\u003e 1\u00a0234\u00a0567',
  '\x1b[32mok\x1b[0m 12\u202f%',
  '第１２３４章',
])('what is nobody’s stays as it was written: %j', (text) => expect(redactor.message(text)).toBe(text));
