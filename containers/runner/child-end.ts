import { constants } from 'node:os';
import type { Reason } from '../../core/execution.ts';
import type { ChildExit } from './child.ts';

/** What a child was stopped for. */
export type StopReason = 'killed' | 'timed-out';

export interface ChildEnd {
  reason: Reason;
  exitCode: number | null;
  message: string | null;
}

/** How the child's end reads in the result. */
export function childEnd(exit: ChildExit, stop: StopReason | null, runSecondsMax: number): ChildEnd {
  const exitCode = exit.signal === null ? exit.exitCode : 128 + constants.signals[exit.signal];
  if (exit.stopped && stop !== null) {
    // A command that was asked to stop and then ended well did not do what it was started for.
    return { reason: stop, exitCode: exitCode || null, message: stopMessage(stop, runSecondsMax) };
  }
  return { reason: 'exited', exitCode, message: exit.signal && signalMessage(exit.signal) };
}

function stopMessage(reason: StopReason, runSecondsMax: number): string {
  return reason === 'killed'
    ? 'The command was killed before it ended.'
    : `The command ran for ${runSecondsMax} seconds, the longest that is allowed, and was stopped.`;
}

function signalMessage(signal: NodeJS.Signals): string {
  const cause = causes[signal];
  return `The command was ended by the signal ${signal}${cause ? `: ${cause}` : ''}.`;
}

const causes: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL:
    'most likely it needed more memory than there is. Give it more memory, or work on less data at a time',
  SIGSEGV: 'the program itself crashed',
  SIGBUS: 'the program itself crashed, or the disk is full',
  SIGABRT: 'the program gave up, often for want of memory',
  SIGILL: 'the program was built for another processor',
  SIGSYS: 'it used a system call that the container does not allow',
  SIGXCPU: 'it used more processor time than is allowed',
  SIGXFSZ: 'it wrote a larger file than is allowed',
};
