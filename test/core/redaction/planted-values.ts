import fc from 'fast-check';

/** Values made for the purpose, valid by every check digit, in the notations that people and programs use. */
export interface Planted {
  infoType: string;
  /** What stands in the text, with the words around it where only they tell what it is. */
  text: string;
  /** What must not be seen afterwards. */
  value: string;
}

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));
const characters = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const ALPHANUMERIC = `${LOWER}${LOWER.toUpperCase()}0123456789`;

const plain = (infoType: string, values: fc.Arbitrary<string>): fc.Arbitrary<Planted> =>
  values.map((value) => ({ infoType, text: value, value }));
const inContext = (
  infoType: string,
  words: readonly string[],
  values: fc.Arbitrary<string>,
): fc.Arbitrary<Planted> =>
  fc
    .tuple(fc.constantFrom(...words), values)
    .map(([before, value]) => ({ infoType, text: `${before}${value}`, value }));

const email = fc
  .tuple(
    characters(`${LOWER}0123456789`, 1, 12),
    fc.constantFrom('', '.x', '+tag', '_1', '-b', 'ã', "'o"),
    characters(LOWER, 1, 10),
    fc.constantFrom('.example.com', '.example.org', '.com.br', '.co', '.io', '.museum', '-mail.net'),
    fc.constantFrom('@', '@', '@', '%40'),
  )
  .map(([local, extra, domain, end, at]) => `${local}${extra}${at}${domain}${end}`);

export function luhnDigit(start: string): string {
  const sum = [...start]
    .toReversed()
    .map((digit, index) => Number(digit) * (index % 2 === 0 ? 2 : 1))
    .reduce((total, number) => total + (number > 9 ? number - 9 : number), 0);
  return String((10 - (sum % 10)) % 10);
}

const grouped = (value: string, sizes: readonly number[], mark: string) =>
  (value.match(new RegExp(`^${sizes.map((size) => `(.{${size}})`).join('')}$`)) ?? []).slice(1).join(mark);

const card = fc
  .constantFrom(
    { prefix: '4', length: 16, sizes: [4, 4, 4, 4] },
    { prefix: '51', length: 16, sizes: [4, 4, 4, 4] },
    { prefix: '2720', length: 16, sizes: [4, 4, 4, 4] },
    { prefix: '37', length: 15, sizes: [4, 6, 5] },
    { prefix: '6011', length: 16, sizes: [4, 4, 4, 4] },
    { prefix: '3530', length: 16, sizes: [4, 4, 4, 4] },
    { prefix: '36', length: 14, sizes: [4, 6, 4] },
    { prefix: '62', length: 19, sizes: [4, 4, 4, 4, 3] },
  )
  .chain(({ prefix, length, sizes }) =>
    fc.tuple(digits(length - prefix.length - 1), fc.constantFrom('', ' ', '-')).map(([middle, mark]) => {
      const start = `${prefix}${middle}`;
      return grouped(`${start}${luhnDigit(start)}`, sizes, mark);
    }),
  );

export function ibanOf(country: string, account: string): string {
  const numbers = [...`${account}${country}00`].map((character) => Number.parseInt(character, 36)).join('');
  const check = 98n - (BigInt(numbers) % 97n);
  return `${country}${String(check).padStart(2, '0')}${account}`;
}

const iban = fc
  .tuple(
    fc.oneof(
      digits(18).map((account) => ibanOf('DE', account)),
      digits(14).map((account) => ibanOf('GB', `WEST${account}`)),
      digits(23).map((account) => ibanOf('FR', account)),
      digits(11).map((account) => ibanOf('NO', account)),
    ),
    fc.constantFrom('', ' '),
  )
  .map(([value, mark]) => (value.match(/.{1,4}/g) ?? []).join(mark));

const ssn = fc
  .tuple(
    fc.integer({ min: 1, max: 899 }).filter((area) => area !== 666),
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 9999 }),
  )
  .map(([area, group, serial]) => [
    String(area).padStart(3, '0'),
    String(group).padStart(2, '0'),
    String(serial).padStart(4, '0'),
  ]);

export function withCheckDigits(start: string, weightsMax: number): string {
  let value = start;
  for (let round = 0; round < 2; round++) {
    const sum = [...value]
      .toReversed()
      .reduce(
        (total, character, index) => total + (character.charCodeAt(0) - 48) * ((index % weightsMax) + 2),
        0,
      );
    value += sum % 11 < 2 ? '0' : String(11 - (sum % 11));
  }
  return value;
}

const isVaried = (value: string) => !/^(.)\1+$/.test(value);
const cpf = fc.tuple(digits(9).filter(isVaried), fc.boolean()).map(([start, isBare]) => {
  const value = withCheckDigits(start, 10);
  return isBare ? value : value.replace(/^(...)(...)(...)(..)$/, '$1.$2.$3-$4');
});
const cnpj = fc
  .tuple(characters('0123456789ABCDEFGHJK', 8).filter(isVaried), fc.constantFrom('0001', '0002', '01DE'))
  .map(([root, branch]) =>
    withCheckDigits(`${root}${branch}`, 8).replace(/^(..)(...)(...)(....)(..)$/, '$1.$2.$3/$4-$5'),
  );

const phone = fc
  .tuple(digits(2), digits(4), digits(4))
  .chain(([a, b, c]) =>
    fc.constantFrom(
      `+55 11 9${b}-${c}`,
      `+1 (212) 5${a}-${c}`,
      `+4420${b}${c}`,
      `(11) 9${b}-${c}`,
      `(312) 5${a}-${c}`,
      `415-2${a}-${c}`,
      `415.2${a}.${c}`,
      `020 7${b.slice(1)} ${c}`,
      `+49 30 ${b}${c}`,
    ),
  );

const octet = fc.integer({ min: 1, max: 254 });
const ipv4 = fc
  .tuple(
    fc.integer({ min: 1, max: 223 }).filter((first) => first !== 127),
    octet,
    octet,
    octet,
  )
  .map((parts) => parts.join('.'));
const hex = (length: number) => characters('0123456789abcdef', length);
const ipv6 = fc.oneof(
  fc
    .array(hex(4), { minLength: 8, maxLength: 8 })
    .map((groups) => groups.join(':'))
    .filter((value) => /\d/.test(value)),
  fc.tuple(hex(4), hex(3)).map(([a, b]) => `2001:db8:${a}::${b}`),
  fc.tuple(hex(4), hex(4)).map(([a, b]) => `fe80::${a}:${b}`),
);
const mac = fc
  .tuple(fc.array(hex(2), { minLength: 6, maxLength: 6 }), fc.constantFrom(':', '-'))
  .map(([groups, mark]) => groups.join(mark))
  .filter((value) => /\d/.test(value));

const jwt = fc
  .tuple(
    characters(ALPHANUMERIC, 20, 60),
    characters(ALPHANUMERIC, 20, 200),
    characters(`${ALPHANUMERIC}-_`, 43),
  )
  .map((parts) => `eyJ${parts.join('.')}`);
const base32 = characters('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16);

/** Every kind of value that is recognized without its field's name. */
export const planted: fc.Arbitrary<Planted> = fc.oneof(
  plain('EMAIL_ADDRESS', email),
  plain('CREDIT_CARD_NUMBER', card),
  plain('IBAN_CODE', iban),
  plain(
    'US_SOCIAL_SECURITY_NUMBER',
    ssn.map((parts) => parts.join('-')),
  ),
  inContext(
    'US_SOCIAL_SECURITY_NUMBER',
    ['SSN: ', 'ssn ', 'Social Security Number is '],
    fc.tuple(ssn, fc.constantFrom('', ' ', '-')).map(([parts, mark]) => parts.join(mark)),
  ),
  plain('BRAZIL_CPF_NUMBER', cpf),
  plain('BRAZIL_CNPJ_NUMBER', cnpj),
  plain('PHONE_NUMBER', phone),
  inContext(
    'PHONE_NUMBER',
    ['phone: ', 'Tel. ', 'mobile no. ', 'call '],
    digits(9).map((number) => `2${number}`),
  ),
  plain('IP_ADDRESS', fc.oneof(ipv4, ipv6)),
  plain('MAC_ADDRESS', mac),
  inContext(
    'DATE_OF_BIRTH',
    ['born on ', 'DOB: ', 'date of birth ', 'nascido em '],
    fc.constantFrom('1984-03-12', '12/03/1984', '12 March 1984', 'March 12, 1984'),
  ),
  inContext(
    'PASSPORT',
    ['Passport No. ', 'passport: '],
    digits(7).map((number) => `X${number}`),
  ),
  inContext(
    'DRIVERS_LICENSE_NUMBER',
    ["driver's license ", 'Driving licence no: '],
    digits(7).map((number) => `D${number}`),
  ),
  plain('JSON_WEB_TOKEN', jwt),
  plain(
    'AWS_CREDENTIALS',
    base32.map((rest) => `AKIA${rest}`),
  ),
  inContext(
    'AWS_CREDENTIALS',
    ['aws_secret_access_key = ', 'SecretAccessKey: '],
    characters(`${ALPHANUMERIC}+/`, 40).filter((value) => !/^[/+]|[/+]$/.test(value)),
  ),
  plain(
    'GCP_API_KEY',
    characters(ALPHANUMERIC, 35).map((rest) => `AIza${rest}`),
  ),
  plain(
    'AUTH_TOKEN',
    characters(ALPHANUMERIC, 36).map((rest) => `ghp_${rest}`),
  ),
  plain(
    'AUTH_TOKEN',
    characters(ALPHANUMERIC, 24).map((rest) => `xoxb-123456789012-${rest}`),
  ),
  inContext('AUTH_TOKEN', ['Authorization: Bearer ', 'bearer '], characters(ALPHANUMERIC, 30, 80)),
  inContext(
    'BASIC_AUTH_HEADER',
    ['Authorization: Basic '],
    characters(ALPHANUMERIC, 12).map((rest) => `${rest}a1B=`),
  ),
  inContext('HTTP_COOKIE', ['Cookie: session=', 'Set-Cookie: id='], characters(ALPHANUMERIC, 24)),
  inContext('STORAGE_SIGNED_URL', ['https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature='], hex(64)),
  inContext('PASSWORD', ['postgres://app:'], characters(ALPHANUMERIC, 12)).map((one) => ({
    ...one,
    text: `${one.text}@db/orders`,
  })),
);
