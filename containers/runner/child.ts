import { once } from 'node:events';
import { limits } from '../../core/limits.ts';
import type { StreamName } from '../../core/output.ts';
import type { Clock } from '../../core/ports.ts';
import type { Capture } from './capture.ts';
import type { OutputReader } from './output-reader.ts';
import { askGroup, endGroup } from './process-group.ts';
import { type ChildStart, startProcess } from './start-process.ts';

/** How the child ended: with a code, or by a signal. */
export interface ChildExit {
  /** Null when a signal ended it, or when not even SIGKILL did in time. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it had been asked to stop by then. */
  stopped: boolean;
  /** A process that left the group still held the output open; what it writes from here on is not kept. */
  abandoned: boolean;
}

export interface ChildControl {
  clock: Clock;
  capture: Pick<Capture, 'push'>;
  /** Aborts when the command has to end. */
  stop: AbortSignal;
}

const leftBehindMilliseconds = 1000;
const killedMilliseconds = 2000;
const drainMilliseconds = 500;
const drainRounds = 20;

/**
 * Runs one command to its end. When `stop` aborts, its whole group gets SIGTERM and, after a grace, SIGKILL; what
 * it left behind in its group ends with it in any case.
 * @throws AgentError `command-invalid` when it cannot be started.
 */
export async function runChild(
  { clock, capture, stop }: ChildControl,
  start: ChildStart,
): Promise<ChildExit> {
  const { child, pid, readers } = await startProcess(start);
  const exited = once(child, 'exit').then(() => true);
  const output = readAll(readers, capture);

  const ended = new AbortController();
  const graceOver = askWhenStopped(pid, { clock, stop, ended: ended.signal }).then(() => false);
  const endedByItself = await Promise.race([exited, graceOver]);
  const stopped = stop.aborted;
  ended.abort();
  await endGroup(pid, clock, endedByItself ? leftBehindMilliseconds : 0);
  // A process in the kernel's uninterruptible sleep outlives even SIGKILL.
  if (!endedByItself) await Promise.race([exited, clock.sleep(killedMilliseconds)]);

  const abandoned = !(await drained(output, clock));
  if (abandoned) for (const reader of Object.values(readers)) reader.destroy();
  await output.finished;
  return { exitCode: child.exitCode, signal: child.signalCode, stopped, abandoned };
}

/** Asks the group to end when `stop` aborts, and resolves when its grace is over. */
async function askWhenStopped(
  pid: number,
  { clock, stop, ended }: { clock: Clock; stop: AbortSignal; ended: AbortSignal },
): Promise<void> {
  await aborted(stop);
  if (!ended.aborted) askGroup(pid);
  await clock.sleep(limits.stopGraceSeconds * 1000, ended);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

interface OutputReading {
  finished: Promise<unknown>;
  /** Whether something was read that the ledger has not taken yet. */
  busy: () => boolean;
}

function readAll(readers: Record<StreamName, OutputReader>, capture: Pick<Capture, 'push'>): OutputReading {
  let pushing = 0;
  const read = (stream: StreamName) =>
    readers[stream].read(async (chunk) => {
      pushing++;
      await capture.push(stream, chunk);
      pushing--;
    });
  return { finished: Promise.all([read('stdout'), read('stderr')]), busy: () => pushing > 0 };
}

/**
 * Waits for the end of the output, which comes at once unless a process that left the group holds it open. A slow
 * ledger gets more time than a silent process. False when the time was not enough.
 */
async function drained({ finished, busy }: OutputReading, clock: Clock): Promise<boolean> {
  const done = new AbortController();
  const whole = finished.then(() => done.abort());
  for (let round = 0; round < drainRounds; round++) {
    await Promise.race([whole, clock.sleep(drainMilliseconds, done.signal)]);
    if (done.signal.aborted || !busy()) break;
  }
  return done.signal.aborted;
}
