import { randomUUID } from 'node:crypto';
import { run } from '../../containers/runner/run.ts';
import type { Runner } from '../../containers/runner/runner.ts';
import type { Result, Spec } from '../../core/execution.ts';
import type { SecretMap } from '../../core/ports.ts';
import { bashSpec, readEnd, testRunner } from '../containers/runner/harness.ts';
import { watchProc } from './watch-proc.ts';

/** How an execution ended, with its masked output. */
export interface RanInRunner extends Pick<Result, 'exitCode' | 'reason' | 'message'> {
  stdout: string;
  stderr: string;
}

/** Runs a task as the real runner does on AWS: as an unprivileged user, with limits, and with its output masked. */
export async function runInRunner(
  task: Partial<Spec> & { type: string; script: string },
  secret: SecretMap = {},
  changes: Partial<Runner> = {},
): Promise<RanInRunner> {
  await watchProc(task.type, secret);
  const id = randomUUID();
  const runner = testRunner(secret, changes);
  await runner.ledger.create(id, 'spec', bashSpec(task.script, { outputBytesMax: 100_000_000, ...task }));
  await run(runner, id);
  const { result, stdout, stderr } = await readEnd(runner.ledger, id);
  const { exitCode, reason, message } = result;
  return { exitCode, reason, message, stdout, stderr };
}
