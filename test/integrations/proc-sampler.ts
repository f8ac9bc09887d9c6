import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What the sampler saw: `/proc` entries with a secret in them, such as `cmdline of 4711`. */
export interface ProcSamples {
  seen: string[];
  /** How often it looked at every process of the machine. */
  rounds: number;
}

export interface ProcSampler {
  /** From its next round on it looks for these too. */
  lookFor(secrets: readonly string[]): void;
  /** One last round, and the end. */
  stop(): Promise<ProcSamples>;
}

/**
 * Looks for secrets in the arguments and the environment of every process of the machine, over and over until `stop`,
 * as a user who has nothing to do with any of them. Without root there is no such user, so it looks at arguments alone.
 */
export async function startProcSampler(): Promise<ProcSampler> {
  const root = process.getuid?.() === 0;
  const nobody = root ? { uid: 65_534, gid: 65_534 } : {};
  // The secrets go to its standard input, because its own arguments would show them.
  const words = ['-e', PROGRAM, 'cmdline', ...(root ? ['environ'] : [])];
  const sampler = spawn(process.execPath, words, { ...nobody, cwd: '/', env: {} });
  const complaints = text(sampler.stderr);
  await Promise.race([once(sampler.stdout, 'readable'), once(sampler, 'exit')]);
  const said = text(sampler.stdout);
  return {
    lookFor: (secrets) => void sampler.stdin.write(`${JSON.stringify(secrets)}\n`),
    stop: () => lastWords(sampler, said, complaints),
  };
}

async function lastWords(
  sampler: ChildProcess,
  said: Promise<string>,
  complaints: Promise<string>,
): Promise<ProcSamples> {
  sampler.stdin?.end();
  const lines = (await said).trim().split('\n');
  try {
    return JSON.parse(lines.at(-1) ?? '');
  } catch (cause) {
    throw new Error(`The sampler ended early: ${await complaints}`, { cause });
  }
}

/**
 * What has not changed since the last round is not searched again, and it rests three times as long as it looked: the
 * tests beside it need the processor too.
 */
const PROGRAM = `
const { readdirSync, readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const files = process.argv.slice(1);
const secrets = [];
const seen = new Set();
let before = new Map();
let rounds = 0;
let ended = false;
function look() {
  const begin = performance.now();
  const now = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
    for (const file of files) {
      const path = '/proc/' + pid + '/' + file;
      try {
        const content = readFileSync(path, 'utf8');
        const last = before.get(path);
        const unsearched = last?.content === content ? secrets.slice(last.searched) : secrets;
        if (unsearched.some((secret) => content.includes(secret))) seen.add(file + ' of ' + pid);
        now.set(path, { content, searched: secrets.length });
      } catch {}
    }
  }
  before = now;
  rounds += 1;
  if (ended) console.log(JSON.stringify({ seen: [...seen], rounds }));
  else setTimeout(look, Math.max(5, 3 * (performance.now() - begin)));
}
const given = createInterface({ input: process.stdin });
given.on('line', (line) => secrets.push(...JSON.parse(line)));
given.on('close', () => { ended = true; });
console.log('ready');
look();
`;
