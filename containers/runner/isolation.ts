import { readFileSync, realpathSync } from 'node:fs';
import { AgentError } from '../../core/errors.ts';
import type { ChildUser } from './child-user.ts';

/** How this machine takes rights away from a child: found out once per runner. */
export interface Isolation {
  /** Null when the runner is not root: then the child runs as the same user. */
  user: ChildUser | null;
  /** Arguments that go before the child's own. */
  prefix: readonly string[];
  /** The user that `spawn` itself must change to. */
  spawnAs: ChildUser | null;
}

// Bits of capabilities(7), https://man7.org/linux/man-pages/man7/capabilities.7.html
const neededCapabilities = { CHOWN: 0, KILL: 5, SETGID: 6, SETUID: 7 };
const setpcap = 8;

/**
 * As root, the child becomes `user`, which keeps it from the runner's memory, files and environment: on Fargate
 * those lead to the task role's credentials. `setpriv` of util-linux also takes away what a setuid program could
 * give back, and ends the child when the runner dies.
 * @throws AgentError `config-invalid` when the container's capabilities do not allow that.
 */
export function findIsolation(user: ChildUser): Isolation {
  const root = process.geteuid?.() === 0;
  const tool = setpriv();
  if (!root) return { user: null, prefix: tool ? ownPrefix(tool) : [], spawnAs: null };

  const capabilities = effectiveCapabilities();
  const has = (bit: number) => capabilities === null || (capabilities & (1n << BigInt(bit))) !== 0n;
  const missing = Object.entries(neededCapabilities).flatMap(([name, bit]) => (has(bit) ? [] : [name]));
  if (missing.length > 0) throw refusal(missing);

  if (!tool || tool.busybox) return { user, prefix: tool ? ownPrefix(tool) : [], spawnAs: user };
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const bounding = has(setpcap) ? ['--bounding-set=-all'] : [];
  const [program = '', ...common] = ownPrefix(tool);
  return { user, prefix: [program, ...ids, ...bounding, ...common], spawnAs: null };
}

interface Setpriv {
  path: string;
  /** BusyBox has a `setpriv` too, which cannot change users. https://busybox.net/downloads/BusyBox.html */
  busybox: boolean;
}

function ownPrefix(tool: Setpriv): string[] {
  return [tool.path, '--nnp', ...(tool.busybox ? [] : ['--pdeathsig=KILL']), '--'];
}

function setpriv(): Setpriv | null {
  for (const path of ['/usr/bin/setpriv', '/bin/setpriv', '/usr/sbin/setpriv']) {
    try {
      return { path, busybox: realpathSync(path).endsWith('busybox') };
    } catch {}
  }
  return null;
}

/** Null where the kernel does not tell, as on macOS. */
function effectiveCapabilities(): bigint | null {
  try {
    const [, hex] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return hex === undefined ? null : BigInt(`0x${hex}`);
  } catch {
    return null;
  }
}

function refusal(missing: string[]): AgentError {
  return new AgentError(
    'config-invalid',
    `agent failed to run command: the runner is root without the capabilities ${missing.join(', ')}, so it could ` +
      'neither make the command an unprivileged process nor end it. Give the container these capabilities, or run ' +
      'it as a user other than root.',
  );
}
