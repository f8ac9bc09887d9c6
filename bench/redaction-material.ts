/** Pseudo-random numbers below one, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

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
const time = (random: Random) =>
  `2026-0${1 + Math.floor(random() * 9)}-1${digits(random, 1)}T0${digits(random, 1)}:${pick(random, ['07', '31', '59'])}:12.${digits(random, 3)}Z`;

/** The kinds of lines that the tools of a production system print, most of them without anything personal. */
const LINES: readonly [(random: Random) => string, ...((random: Random) => string)[]] = [
  (r) =>
    `${time(r)} INFO  [worker-${digits(r, 1)}] Processed batch ${uuid(r)} in ${digits(r, 3)}ms (${digits(r, 4)} rows)`,
  (r) =>
    `${time(r)} DEBUG c.e.orders.OrderService - Loaded order ${digits(r, 7)} with 3 items, total=$${digits(r, 3)}.50`,
  (r) =>
    `I, [${time(r)} #${digits(r, 4)}]  INFO -- : Completed 200 OK in ${digits(r, 2)}ms (Views: 3.1ms | ActiveRecord: 1.2ms)`,
  (r) => ` ${digits(r, 6)} | ${uuid(r)} | shipped   | ${digits(r, 3)}.90 | ${time(r)}`,
  (r) => `web-${hex(r, 9)}-${hex(r, 5)}   1/1     Running   0          ${digits(r, 2)}d`,
  (r) => `    at com.example.billing.InvoiceController.show(InvoiceController.java:${digits(r, 3)})`,
  (r) =>
    `{"ts":"${time(r)}","level":"info","msg":"request done","path":"/api/v2/orders/${digits(r, 6)}","status":200,"ms":${digits(r, 2)}}`,
  (r) => `${digits(r, 5)}\t${digits(r, 3)}\tpending\t${time(r)}\t${hex(r, 40)}`,
  () => `  "description": "The parcel was handed over to the carrier and will arrive soon.",`,
  (r) =>
    `Downloading package ${hex(r, 6)}@${digits(r, 1)}.${digits(r, 2)}.${digits(r, 1)} from the mirror, sha256:${hex(r, 64)}`,
  () => `The quick brown fox jumps over the lazy dog while nobody in particular is looking at it.`,
  (r) =>
    `{"id":${digits(r, 6)},"first_name":"${name(r)}","email":"${person(r)}","plan":"pro","created_at":"${time(r)}"}`,
  (r) =>
    `10.${digits(r, 2)}.${digits(r, 1)}.${digits(r, 2)} - - [20/Nov/2026:09:30:00 +0000] "GET /assets/app-${hex(r, 8)}.js HTTP/1.1" 200 ${digits(r, 5)}`,
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
