import { AgentError, messageOf } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Queue } from '../../core/ports.ts';

const retryMillisecondsMin = 500;
const retryMillisecondsMax = 30_000;

export interface LocalQueue extends Queue {
  /** Hands each id to `handler`, at most `concurrency` at once, and one id never twice at once. */
  consume(handler: (id: ExecutionId) => Promise<void>): void;
  /**
   * Ends the queue: resolves when all that is in hand has ended, and with `waiting` also what waits. Nothing is
   * tried again; the next start finds it in the ledger.
   */
  drain(what: 'in-hand' | 'waiting'): Promise<void>;
}

/**
 * A queue in memory. A handler that throws has its message again after a while, twice as long each time. What is
 * lost with the process is still open in the ledger, where the next start finds it.
 */
export function localQueue({
  concurrency,
  clock,
  log,
}: {
  concurrency: number;
  clock: Clock;
  log: Log;
}): LocalQueue {
  const waiting = new Set<ExecutionId>();
  const inHand = new Map<ExecutionId, Promise<void>>();
  const closing = new AbortController();
  let takesMore = true;
  let handle: ((id: ExecutionId) => Promise<void>) | undefined;

  function next() {
    for (const id of waiting) {
      if (!handle || !takesMore || inHand.size >= concurrency) return;
      if (inHand.has(id)) continue;
      waiting.delete(id);
      const work = attend(id, handle).finally(() => {
        inHand.delete(id);
        next();
      });
      inHand.set(id, work);
    }
  }

  async function attend(id: ExecutionId, handler: (id: ExecutionId) => Promise<void>) {
    for (let pause = retryMillisecondsMin; ; pause = Math.min(pause * 2, retryMillisecondsMax)) {
      try {
        return await handler(id);
      } catch (thrown) {
        const code = thrown instanceof AgentError ? thrown.code : messageOf(thrown);
        log.error('message.failed', { taskId: id, code, retryMilliseconds: pause });
        await clock.sleep(pause, closing.signal);
        if (closing.signal.aborted) return undefined;
      }
    }
  }

  return {
    async send(id) {
      waiting.add(id);
      next();
    },
    consume(handler) {
      handle = handler;
      next();
    },
    async drain(what) {
      takesMore = what === 'waiting';
      closing.abort();
      while (inHand.size > 0) await Promise.all(inHand.values());
    },
  };
}
