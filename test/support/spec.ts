import type { Spec } from '../../core/execution.ts';

/** A spec of a bash task without a secret, with `changes` over it. */
export function specOf(changes: Partial<Spec> = {}): Spec {
  return {
    taskId: 7,
    type: 'bash',
    script: 'true',
    target: 'shop',
    description: 'a look at the orders',
    userEmail: 'ana@example.com',
    userGroups: 'dba,sre',
    secret: { provider: 'runops', path: null, config: null },
    secretMapping: null,
    customCommand: null,
    renderScript: false,
    redact: 'all',
    runSecondsMax: 60,
    outputBytesMax: 1024 * 1024,
    startBefore: 0,
    ...changes,
  };
}
