import type { Clock } from '../../core/ports.ts';
import { countFault, type History, notePeak } from './history.ts';
import type { Mix } from './mix.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** What every simulated thing lives in. */
export interface Universe {
  random: Random;
  scheduler: Scheduler;
  history: History;
  mix: Mix;
}

/** One invocation of a Lambda, or one runner: code that can die between any two of its calls. */
export interface Process {
  readonly name: string;
  readonly clock: Clock;
  isAlive(): boolean;
  /** It is gone: no call of its returns any more, and what it knew is lost. */
  crash(): void;
  /**
   * A call over a port. `carryOut` is what it does there, at once and whole; `failure` the error of a call that
   * got no good answer.
   */
  call<T>(what: string, carryOut: () => T, failure: () => unknown, options?: CallOptions): Promise<T>;
  /** It has done its work: what it left behind has no consequence any more. */
  end(): void;
}

interface CallOptions {
  /** Of a call that is carried out twice: which answer comes back. */
  answerOf?: 'first' | 'second';
}

/** The beginning of virtual time: half an hour before a new day begins. */
export const epoch = Date.UTC(2026, 0, 5, 23, 30);

export function isFaulty({ scheduler, mix }: Universe): boolean {
  return scheduler.now() < mix.quietAt;
}

export function trace({ history, scheduler }: Universe, who: string, what: () => string): void {
  history.trace?.push(`${(scheduler.now() / 1000).toFixed(3).padStart(10)} ${who}: ${what()}`);
}

/** A process that dies before its `dieAt`-th call, or in the middle of it. */
export function processOf(universe: Universe, name: string, options: { crash: number }): Process {
  const { random, scheduler, history, mix } = universe;
  const dieAt = isFaulty(universe) && random.chance(options.crash) ? random.whole(1, 24) : 0;
  const diesAfter = random.chance(0.5);
  const skew = random.between(-mix.skewMilliseconds, mix.skewMilliseconds);
  if (mix.skewMilliseconds > 0) countFault(history, 'clock that differs');
  let alive = true;
  let calls = 0;
  let pending = 0;

  const crash = () => {
    if (alive) trace(universe, name, () => 'CRASH');
    alive = false;
  };

  const end = () => {
    alive = false;
  };

  function call<T>(
    what: string,
    carryOut: () => T,
    failure: () => unknown,
    { answerOf = 'second' }: CallOptions = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!alive) return;
      calls++;
      notePeak(history, `calls at once: ${kindOf(name)}`, ++pending);
      const dies = calls === dieAt && isFaulty(universe);
      if (dies && !diesAfter) {
        countFault(history, `crash before a call: ${kindOf(name)}`);
        return crash();
      }
      const fault = drawFault(universe);
      if (fault) countFault(history, `${faultNames[fault]}: ${portOf(what)}`);
      // What was sent when its sender died may arrive or not.
      const arrivesAnyway = random.chance(0.5);
      const answer = (settle: () => void) => {
        pending--;
        if (dies) {
          countFault(history, `crash after a call: ${kindOf(name)}`);
          crash();
        }
        const late = fault === 'lateAnswer' ? longPause(random) : 0;
        if (late > 0) scheduler.after(late, () => alive && settle());
        else if (alive) settle();
      };
      scheduler.after(fault === 'late' ? longPause(random) : random.between(3, 60), () => {
        if (!alive && !arrivesAnyway) return;
        if (fault === 'instead') return answer(() => reject(failure()));
        try {
          const first = carryOut();
          const second = fault === 'twice' ? carryOut() : first;
          const value = answerOf === 'first' ? first : second;
          trace(universe, name, () => `${what}${fault ? ` [${fault}]` : ''} -> ${short(value)}`);
          answer(fault === 'after' ? () => reject(failure()) : () => resolve(value));
        } catch (thrown) {
          trace(universe, name, () => `${what} -> ${String(thrown)}`);
          answer(() => reject(thrown));
        }
      });
    });
  }

  return { name, clock: clockOf(universe, skew, () => alive), isAlive: () => alive, crash, end, call };
}

type Fault = keyof Mix['calls'];

const faultNames: Record<Fault, string> = {
  instead: 'failed instead of',
  after: 'failed after',
  twice: 'carried out twice',
  late: 'carried out late',
  lateAnswer: 'answered late',
};

/** `dispatch#3(7)` is a `dispatch`. */
function kindOf(name: string): string {
  return name.split('#')[0] ?? name;
}

/** `ledger.read 7/spec` goes over the port `ledger`, `GET api/v2/tasks` over `api`. */
function portOf(what: string): string {
  return /^(?:GET |POST |PUT )?(\w+)/.exec(what)?.[1] ?? what;
}

function drawFault(universe: Universe): Fault | null {
  if (!isFaulty(universe)) return null;
  const { random, mix } = universe;
  for (const fault of ['instead', 'after', 'twice', 'late', 'lateAnswer'] as const) {
    if (mix.calls[fault] > 0 && random.chance(mix.calls[fault])) return fault;
  }
  return null;
}

function longPause(random: Random): number {
  return random.chance(0.8) ? random.between(200, 20_000) : random.between(20_000, 300_000);
}

function clockOf({ scheduler }: Universe, skew: number, isAlive: () => boolean): Clock {
  return {
    now: () => Math.round(epoch + scheduler.now() + skew),
    sleep(milliseconds, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          signal?.removeEventListener('abort', wake);
          if (isAlive()) resolve();
        };
        signal?.addEventListener('abort', wake);
        scheduler.after(milliseconds, wake);
      });
    },
  };
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'done';
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
}
