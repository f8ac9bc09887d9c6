import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Names a process for as long as the machine is up: its id and its start time, because the kernel uses ids again.
 * Undefined when there is no such process, or only its zombie.
 */
export function processId(pid: number): string | undefined {
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
  return startTime && `${pid}/${startTime}`;
}

/** The pid in a name that `processId` made. */
export function pidOf(name: string): number {
  return Number.parseInt(name, 10);
}

/** The fields after the command's name, which may itself hold spaces and brackets: proc(5), `/proc/pid/stat`. */
function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function psStartTime(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
