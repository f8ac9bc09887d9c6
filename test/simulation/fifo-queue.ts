import type { ExecutionId } from '../../core/execution.ts';
import type { Queue } from '../../core/ports.ts';
import { countFault, notePeak } from './history.ts';
import { isFaulty, type Process, processOf, trace, type Universe } from './process.ts';

export interface FifoQueue {
  name: string;
  /** The port, as a process sees it. */
  sender(process: Process): Queue;
  /** Puts a message there from outside of any process. */
  deliver(id: ExecutionId): void;
  /** Brings back, long after, messages that were handled. */
  redeliver(): number;
  isEmpty(): boolean;
}

export interface Consumer {
  concurrency: number;
  timeoutMilliseconds: number;
  visibilityMilliseconds: number;
  /** After so many receives a message goes to `buried`. */
  receivesMax: number;
  handle: (process: Process, id: ExecutionId) => Promise<void>;
  buried: (id: ExecutionId) => void;
}

interface Message {
  id: ExecutionId;
  group: string;
  receives: number;
}

const deduplicationMilliseconds = 300_000;

/**
 * A FIFO queue of SQS with a Lambda behind it: groups and deduplication by the execution's id, batches of one,
 * at-least-once delivery, a visibility timeout, a dead letter queue.
 */
export function fifoQueue(universe: Universe, name: string, consumer: Consumer): FifoQueue {
  const { scheduler, random, history, mix } = universe;
  const groups = new Map<string, Message[]>();
  const busyGroups = new Set<string>();
  const readyGroups = new Set<string>();
  const sentAt = new Map<ExecutionId, number>();
  const handled = new Set<ExecutionId>();
  let running = 0;
  let invocations = 0;
  let accepted = 0;

  function accept(id: ExecutionId) {
    const last = sentAt.get(id);
    const isDuplicate = last !== undefined && last + deduplicationMilliseconds > scheduler.now();
    if (isDuplicate && !mix.queue.ignoresDeduplication) return;
    sentAt.set(id, scheduler.now());
    const copies = isFaulty(universe) && random.chance(mix.queue.twice) ? 2 : 1;
    if (copies === 2) countFault(history, 'message delivered twice');
    for (let copy = 0; copy < copies; copy++) {
      // Where groups are ignored, messages of one execution are in hand at once.
      const group = mix.queue.ignoresGroups ? `${id}/${++accepted}` : id;
      groups.set(group, [...(groups.get(group) ?? []), { id, group, receives: 0 }]);
      if (!busyGroups.has(group)) readyGroups.add(group);
    }
    history.left.push({ where: 'queue', text: id });
    next();
  }

  function next() {
    for (const group of readyGroups) {
      if (running >= consumer.concurrency) return;
      readyGroups.delete(group);
      const message = groups.get(group)?.[0];
      if (!message) continue;
      busyGroups.add(group);
      message.receives++;
      running++;
      notePeak(history, `${name} at once`, running);
      invoke(message);
    }
  }

  /** The group may go on with its next message. */
  function release({ group }: Message) {
    busyGroups.delete(group);
    if (groups.has(group)) readyGroups.add(group);
  }

  function invoke(message: Message) {
    const process = processOf(universe, `${name}#${++invocations}(${message.id})`, { crash: mix.crash });
    const receivedAt = scheduler.now();
    let ended = false;
    const end = (outcome: 'handled' | 'failed' | 'timed out') => {
      if (ended) return;
      ended = true;
      trace(universe, process.name, () => outcome);
      process.end();
      running--;
      settle(message, receivedAt, outcome === 'handled');
      next();
    };
    consumer.handle(process, message.id).then(
      () => end('handled'),
      () => end('failed'),
    );
    scheduler.after(consumer.timeoutMilliseconds, () => end('timed out'));
  }

  function settle(message: Message, receivedAt: number, wasHandled: boolean) {
    const lostDelete = isFaulty(universe) && random.chance(mix.queue.lostDelete);
    if (wasHandled && lostDelete) countFault(history, 'message redelivered: its deletion was lost');
    if (wasHandled && !lostDelete) {
      remove(message);
      release(message);
      handled.add(message.id);
      return;
    }
    scheduler.after(receivedAt + consumer.visibilityMilliseconds - scheduler.now(), () => {
      if (message.receives >= consumer.receivesMax) {
        countFault(history, 'dead letter');
        remove(message);
        consumer.buried(message.id);
      }
      release(message);
      next();
    });
  }

  function remove(message: Message) {
    const left = (groups.get(message.group) ?? []).filter((other) => other !== message);
    if (left.length > 0) groups.set(message.group, left);
    else groups.delete(message.group);
  }

  return {
    name,
    sender: (process) => ({
      send: (id) =>
        process.call(
          `${name}.send ${id}`,
          () => accept(id),
          () => new Error('SQS gave no answer'),
        ),
    }),
    deliver: accept,
    redeliver() {
      const back = [...handled].filter(() => random.chance(mix.queue.weeksLate));
      for (const id of back) {
        sentAt.delete(id);
        accept(id);
      }
      return back.length;
    },
    isEmpty: () => groups.size === 0,
  };
}
