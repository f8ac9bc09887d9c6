import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What the sampler saw: `/proc` entries with a secret in them, such as `cmdline of 4711`. */
export interface ProcSamples {
  seen: string[];
  /** How often it looked at every process of the machine. */
  rounds: number;
}

/**
 * Looks for the secrets in the arguments and the environment of every process of the machine, over and over until
 * `stop`, as a user who has nothing to do with any of them.
 */
export function startProcSampler(secrets: readonly string[]): { stop(): Promise<ProcSamples> } {
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  // By their standard input, because their own arguments would show them.
  const sampler = spawn(process.execPath, ['-e', PROGRAM], { ...nobody, cwd: '/', env: {} });
  sampler.stdin.write(`${JSON.stringify(secrets)}\n`);
  const said = text(sampler.stdout);
  const complaints = text(sampler.stderr);
  return {
    async stop() {
      const exit = once(sampler, 'close');
      sampler.stdin.end();
      const [code] = await exit;
      if (code !== 0) throw new Error(`The sampler ended with ${code}: ${await complaints}`);
      return JSON.parse(await said);
    },
  };
}

const PROGRAM = `
const { readdirSync, readFileSync } = require('node:fs');
let given = '';
let ended = false;
process.stdin.on('data', (bytes) => { given += bytes; });
process.stdin.on('end', () => { ended = true; });
const seen = new Set();
let rounds = 0;
function look() {
  if (given.includes('\\n')) {
    const secrets = JSON.parse(given);
    for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
      for (const file of ['cmdline', 'environ']) {
        try {
          const content = readFileSync('/proc/' + pid + '/' + file, 'utf8');
          if (secrets.some((secret) => content.includes(secret))) seen.add(file + ' of ' + pid);
        } catch {}
      }
    }
    rounds += 1;
  }
  if (ended) console.log(JSON.stringify({ seen: [...seen], rounds }));
  else setTimeout(look, 5);
}
look();
`;
