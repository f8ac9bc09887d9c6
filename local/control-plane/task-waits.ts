import type { Clock } from '../../core/ports.ts';

/** Lets a call wait for the end of a task without asking the database again and again. */
export interface TaskWaits {
  /** Resolves when the task ends, the time is over, or the caller has gone. */
  untilEnded(taskId: number, milliseconds: number, gone: AbortSignal): Promise<void>;
  /** Wakes those who wait for the task. */
  ended(taskId: number): void;
  close(): void;
}

export function taskWaits(clock: Clock): TaskWaits {
  const waiting = new Map<number, Set<AbortController>>();
  let closed = false;
  const wake = (controllers: Iterable<AbortController> = []) => {
    for (const controller of controllers) controller.abort();
  };
  return {
    async untilEnded(taskId, milliseconds, gone) {
      const controller = new AbortController();
      const others = waiting.get(taskId) ?? new Set();
      waiting.set(taskId, others.add(controller));
      const leave = () => controller.abort();
      gone.addEventListener('abort', leave, { once: true });
      if (gone.aborted || closed) leave();
      await clock.sleep(milliseconds, controller.signal);
      gone.removeEventListener('abort', leave);
      others.delete(controller);
      if (others.size === 0 && waiting.get(taskId) === others) waiting.delete(taskId);
    },
    ended: (taskId) => wake(waiting.get(taskId)),
    close() {
      closed = true;
      for (const controllers of waiting.values()) wake(controllers);
    },
  };
}
