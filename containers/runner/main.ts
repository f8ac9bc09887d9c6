import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { diskLedger } from '../../adapters/local/ledger.ts';
import { processId } from '../../adapters/local/process-id.ts';
import { localSecrets } from '../../adapters/local/secrets.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { jsonLog } from '../../core/log.ts';
import { parseEnv, type RunnerEnv } from './env.ts';
import { findIsolation } from './isolation.ts';
import { releaseSecrets } from './release-secrets.ts';
import { run } from './run.ts';
import type { Side } from './runner.ts';

/**
 * The root of the runner. It exits with 0 when the execution has its result, whatever the command's own exit code
 * was, and also when the execution was not its to run.
 */
const kill = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => kill.abort());

try {
  const env = parseEnv(process.env);
  const isCloud = env.RUNOPS_LEDGER.startsWith('s3:');
  const side = isCloud ? await (await import('./aws.ts')).awsSide(env, process.env) : localSide(env);
  const runner = {
    ...side,
    clock: systemClock,
    log: jsonLog((line) => process.stdout.write(line), systemClock.now),
    kill: kill.signal,
    machine: {
      scratch: env.RUNOPS_SCRATCH,
      isolation: () => findIsolation({ uid: env.RUNOPS_CHILD_UID, gid: env.RUNOPS_CHILD_GID }),
      environment: process.env,
    },
  };
  try {
    await run(runner, env.RUNOPS_EXECUTION_ID);
    tellDone(env.RUNOPS_DONE_FD);
  } finally {
    await releaseSecrets(runner);
  }
  // What a child left behind may still hold a pipe of ours, and must not keep us here.
  process.exit(0);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(1);
}

function localSide(env: RunnerEnv): Side {
  return {
    ledger: diskLedger(fileURLToPath(env.RUNOPS_LEDGER)),
    secrets: localSecrets({ environment: process.env, file: env.RUNOPS_SECRETS_FILE, clock: systemClock }),
    // Few targets need it, and the SDK is large.
    databaseToken: async (login) => (await import('../../adapters/aws/rds-token.ts')).rdsToken({})(login),
    launchId: processId(process.pid) ?? String(process.pid),
  };
}

function tellDone(fd: number | undefined): void {
  try {
    if (fd !== undefined) writeSync(fd, '.');
  } catch {
    // Nobody waits any more: the result is in the ledger, where the next one looks.
  }
}
