import { randomBytes, randomInt } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { maskSecrets } from '../core/masking.ts';
import type { BenchRow } from './row.ts';

const megabyte = 1_000_000;
const fileBytes = 512 * megabyte;
const secretsCount = 50;
const rounds = 5;
const goalRatio = 0.15;

/** Copies a file through streams, with and without masking, in turn, so that both meet the same machine. */
export async function benchMasking(): Promise<BenchRow[]> {
  const construction = constructionRow();
  const directory = await mkdtemp(join(tmpdir(), 'runops-bench-'));
  try {
    const source = join(directory, 'output.log');
    const target = join(directory, 'copy.log');
    const secrets = Array.from({ length: secretsCount }, randomSecret);
    const bytes = await writeText(source, secrets);
    const plain: number[] = [];
    const masked: number[] = [];
    for (let round = 0; round < rounds; round++) {
      plain.push(await copySeconds(source, target, []));
      masked.push(await copySeconds(source, target, [maskingTransform(secrets)]));
    }
    return [streamRow(bytes, median(plain), median(masked)), construction];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function streamRow(bytes: number, plainSeconds: number, maskedSeconds: number): BenchRow {
  const speed = (seconds: number) => `${Math.round(bytes / megabyte / seconds)} MB/s`;
  return {
    name: `mask ${secretsCount} secrets in a stream, file to file`,
    value: speed(maskedSeconds),
    baseline: `${speed(plainSeconds)} plain copy`,
    ratio: `${Math.round((plainSeconds / maskedSeconds) * 100)} %`,
    goal: `≥ ${goalRatio * 100} %`,
  };
}

/** The first time of a process, before its code was compiled, because a runner builds one mask and ends. */
function constructionRow(): BenchRow {
  const secrets = Array.from({ length: 10 }, randomSecret);
  const begun = performance.now();
  maskSecrets(secrets);
  const first = performance.now() - begun;
  return {
    name: 'build the mask of 10 secrets, first time in a process',
    value: `${first.toFixed(1)} ms`,
    baseline: '',
    ratio: '',
    goal: '≤ 10 ms',
  };
}

async function copySeconds(source: string, target: string, between: Transform[]): Promise<number> {
  await rm(target, { force: true });
  const begun = performance.now();
  await pipeline([createReadStream(source), ...between, createWriteStream(target)]);
  return (performance.now() - begun) / 1000;
}

function maskingTransform(secrets: readonly string[]): Transform {
  const mask = maskSecrets(secrets);
  return new Transform({
    transform: (chunk, _encoding, done) => done(null, mask.push(chunk)),
    flush: (done) => done(null, mask.end()),
  });
}

/** Lines such as a task prints, about one in a thousand with a secret. Returns the number of bytes. */
async function writeText(path: string, secrets: readonly string[]): Promise<number> {
  const block = Buffer.from(Array.from({ length: 100_000 }, (_, at) => randomLine(at, secrets)).join(''));
  await using file = await open(path, 'w');
  let bytes = 0;
  while (bytes < fileBytes) bytes += (await file.write(block)).bytesWritten;
  return bytes;
}

function randomLine(at: number, secrets: readonly string[]): string {
  const secret = secrets[at % secrets.length] ?? '';
  if (at % 2000 === 0) return `connecting with password ${secret} to the primary\n`;
  if (at % 2000 === 1000) return `authorization: Basic ${Buffer.from(`app:${secret}`).toString('base64')}\n`;
  const id = randomInt(1_000_000);
  const kinds = [
    `2026-11-20T16:${at % 60}:07.${id % 1000}Z INFO  [worker-${id % 17}] GET /users/${id}?page=2 200 ${id % 977} ms\n`,
    `{"id":${id},"email":"user${id}@example.com","active":true,"trace":"${randomBytes(12).toString('hex')}"}\n`,
    ` ${id} | 2026-11-20 16:04:${at % 60} | customer number ${at} asked for a refund of the second order | open\n`,
    `${id},${at},${randomBytes(18).toString('base64')},Lisbon,https://example.org/o?ref=%2Forders%2F${id}\n`,
    `\tat handle (/app/node_modules/express/lib/router/layer.js:${at % 900}:${at % 80})\n`,
  ];
  return kinds[id % kinds.length] ?? '';
}

const secretCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*-_=+/.~';

function randomSecret(): string {
  const length = randomInt(12, 41);
  return Array.from({ length }, () => secretCharacters[randomInt(secretCharacters.length)]).join('');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
