import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { diskLedger } from '../../../adapters/local/ledger.ts';
import type { Spec } from '../../../core/execution.ts';
import type { Ledger } from '../../../core/ports.ts';
import { bashSpec, testDirectory } from './harness.ts';

/** The runner as it is shipped, one file, and a ledger on disk for it. */
export interface ShippedRunner {
  ledger: Ledger;
  scratch: string;
  /** Starts the runner for an execution with this script. `prefix` goes before `node`. */
  start(id: string, script: string, options?: StartOptions): Promise<ChildProcess>;
}

interface StartOptions {
  spec?: Partial<Spec>;
  environment?: Record<string, string>;
  prefix?: string[];
}

const bundle = join(import.meta.dirname, '../../../dist/runner.mjs');

export function shippedRunner(): ShippedRunner {
  const home = testDirectory();
  const ledgerPath = join(home, 'ledger');
  const ledger = diskLedger(ledgerPath);
  const scratch = join(home, 'scratch');

  return {
    ledger,
    scratch,
    async start(id, script, { spec = {}, environment = {}, prefix = [] } = {}) {
      await ledger.create(id, 'spec', bashSpec(script, spec));
      const [program = '', ...argv] = [...prefix, process.execPath, bundle];
      const runner = spawn(program, argv, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: '/usr/local/bin:/usr/bin:/bin',
          RUNOPS_EXECUTION_ID: id,
          RUNOPS_LEDGER: pathToFileURL(ledgerPath).href,
          RUNOPS_SCRATCH: scratch,
          ...environment,
        },
      });
      await once(runner, 'spawn');
      return runner;
    },
  };
}

export interface ProcessEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Waits for the runner's own end. */
export async function processEnd(runner: ChildProcess): Promise<ProcessEnd> {
  const text = async (stream: ChildProcess['stdout']) =>
    (await stream?.setEncoding('utf8').toArray())?.join('');
  const [stdout = '', stderr = '', [code]] = await Promise.all([
    text(runner.stdout),
    text(runner.stderr),
    once(runner, 'exit'),
  ]);
  return { code, stdout, stderr };
}
