type Random = () => number;

const pick = <T>(random: Random, list: readonly [T, ...T[]]): T =>
  list[Math.floor(random() * list.length)] ?? list[0];
const digits = (random: Random, count: number) =>
  Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
const hex = (random: Random, count: number) =>
  Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
const uuid = (random: Random) =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`;
const name = (random: Random) =>
  pick(random, ['Ana', 'Bruno', 'Carla', 'Dmitri', 'Eun-ji', 'Fátima', 'Goran', 'Hana']);
const person = (random: Random) =>
  `${name(random).toLowerCase()}.${hex(random, 3)}@example.${pick(random, ['com', 'org'])}`;
const time = (random: Random) => {
  const [month, minute] = [1 + Math.floor(random() * 9), pick(random, ['07', '31', '59'])];
  return `2026-0${month}-1${digits(random, 1)}T0${digits(random, 1)}:${minute}:12.${digits(random, 3)}Z`;
};

/** The kinds of lines that the tools of a production system print, most of them without anything personal. */
const LINES: readonly [(random: Random) => string, ...((random: Random) => string)[]] = [
  (r) =>
    `${time(r)} INFO  [worker-${digits(r, 1)}] Processed batch ${uuid(r)} in ${digits(r, 3)}ms (${digits(r, 4)} rows)`,
  (r) =>
    `${time(r)} DEBUG c.e.orders.OrderService - Loaded order ${digits(r, 7)} with 3 items, total=$${digits(r, 3)}.50`,
  (r) => `I, [${time(r)} #${digits(r, 4)}]  INFO -- : Completed 200 OK in ${digits(r, 2)}ms (Views: 3.1ms)`,
  (r) => ` ${digits(r, 6)} | ${uuid(r)} | shipped   | ${digits(r, 3)}.90 | ${time(r)}`,
  (r) => `web-${hex(r, 9)}-${hex(r, 5)}   1/1     Running   0          ${digits(r, 2)}d`,
  (r) => `    at com.example.billing.InvoiceController.show(InvoiceController.java:${digits(r, 3)})`,
  (r) =>
    `{"ts":"${time(r)}","level":"info","msg":"request done","path":"/api/v2/orders/${digits(r, 6)}","status":200}`,
  (r) => `${digits(r, 5)}\t${digits(r, 3)}\tpending\t${time(r)}\t${hex(r, 40)}`,
  () => `  "description": "The parcel was handed over to the carrier and will arrive soon.",`,
  (r) =>
    `Downloading package ${hex(r, 6)}@${digits(r, 1)}.${digits(r, 2)}.${digits(r, 1)} from the mirror, ${hex(r, 64)}`,
  () => `The quick brown fox jumps over the lazy dog while nobody in particular is looking at it.`,
  (r) =>
    `{"id":${digits(r, 6)},"first_name":"${name(r)}","email":"${person(r)}","plan":"pro","created_at":"${time(r)}"}`,
  (r) =>
    `10.${digits(r, 2)}.${digits(r, 1)}.${digits(r, 2)} - - [20/Nov/2026:09:30:00 +0000] "GET /app-${hex(r, 8)}.js"`,
];

/** About `bytes` of mixed output. */
export function mixedOutput(random: Random, bytes: number): Uint8Array {
  const lines: string[] = [];
  for (let length = 0; length < bytes; ) {
    const line = pick(random, LINES)(random);
    length += line.length + 1;
    lines.push(line);
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const FRAGMENTS: readonly [string, ...string[]] = [
  ...([
    '@',
    'a@',
    'a.b@c.',
    '@example.com',
    '%40',
    '4111 ',
    '4111-',
    '4111111111111111',
    '1234',
    '1.',
    '1.1.1.',
    '255.',
  ] as const),
  ...([
    '123-45-',
    '123-45-6789-',
    '529.982.',
    '11.222.333/',
    '+1 (',
    '+55 11 ',
    '(11) ',
    '0',
    '02 03 ',
    '::',
    'fe80::',
    'ab:',
  ] as const),
  ...([
    '00-1a-',
    '001a.',
    'DE89 ',
    'DE89',
    'GB82WEST',
    'eyJ',
    'eyJ-',
    'eyJa.',
    'eyJabcdefgh.',
    'AKIA',
    'AKIA-',
    'ghp_',
    'xoxb-',
  ] as const),
  ...([
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    '-----END ',
    'MIIE',
    '://',
    '://a:',
    '://a:b@',
    '?sig=',
    'Signature=',
    '&X-Amz-',
  ] as const),
  ...([
    'bearer ',
    'Basic ',
    'Authorization: ',
    'Cookie: ',
    'email:',
    'email: ',
    '"email":"',
    "'email'='",
    'first_name=',
    '["email", "',
  ] as const),
  ...([
    'first_name,',
    'first_name|',
    'email\t',
    'id,first_name\n',
    '1,"',
    '\n',
    '-[ RECORD ',
    ' | ',
    '\t',
    ',',
    '""',
  ] as const),
  ...([
    'born ',
    'dob ',
    'passport ',
    'phone ',
    'tel ',
    'ssn ',
    "driver's license ",
    'secret key ',
    'call ',
    'date_of_birth:',
  ] as const),
  ...([
    '\\n',
    '\\"',
    '\\',
    '\x1b[31m',
    '%B',
    '%',
    '{',
    '[',
    '(',
    '"',
    "'",
    ' ',
    '-',
    '_',
    '.',
    'a',
    'A',
    '9',
    'é',
    '\ud83d\ude00',
  ] as const),
];

/** Almost-matches over and over: one to four fragments in turn, now and then broken by a line end or a random one. */
export function adversarialInput(random: Random, bytes: number): Uint8Array {
  const count = 1 + Math.floor(random() * 4);
  const cycle = Array.from({ length: count }, () =>
    pick(random, FRAGMENTS).repeat(1 + Math.floor(random() * random() * 12)),
  );
  const noise = random() < 0.3 ? 0.05 : 0;
  const lines = random() < 0.5 ? 0.02 : 0;
  let text = '';
  for (let index = 0; text.length < bytes; index++) {
    text += cycle[index % count];
    if (random() < noise) text += pick(random, FRAGMENTS);
    if (random() < lines) text += '\n';
  }
  return new TextEncoder().encode(text).subarray(0, bytes);
}
