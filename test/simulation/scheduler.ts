/** Virtual time: actions in the order of their moments, and of their making where moments are the same. */
export interface Scheduler {
  /** Milliseconds since the start of the run. */
  now(): number;
  after(milliseconds: number, action: () => void): void;
  /** Runs actions until `done` says so, nothing is left, or the time is `until`. */
  run(until: number, done: () => boolean): Promise<void>;
  steps(): number;
}

interface Entry {
  at: number;
  order: number;
  action: () => void;
}

export function scheduler(): Scheduler {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  let steps = 0;

  return {
    now: () => now,
    steps: () => steps,
    after(milliseconds, action) {
      push(heap, { at: now + Math.max(0, milliseconds), order: order++, action });
    },
    async run(until, done) {
      for (let next = heap[0]; next && next.at <= until && !done(); next = heap[0]) {
        pop(heap);
        now = next.at;
        steps++;
        next.action();
        // What the action woke is promises only, so one turn of the event loop takes all of it to its next wait.
        await turn();
      }
      if (!done()) now = Math.max(now, until);
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || isBefore(above, entry)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (!left) break;
    const [child, index] = right && isBefore(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
    if (isBefore(last, child)) break;
    heap[at] = child;
    at = index;
  }
  heap[at] = last;
}
