import type { Meter } from '../../adapters/aws/meter.ts';
import type { AgentDescription } from '../../core/control-plane.ts';
import { AgentError, messageOf } from '../../core/errors.ts';
import { type PollDependencies, poll } from './poll.ts';

const pollMilliseconds = 1000;
const pauseMillisecondsMax = 30_000;

/** The schedule comes each minute, so that one invocation ends when the next begins. */
const invocationMilliseconds = 58_000;

/** With less than this left no poll is begun. */
const onePollMilliseconds = 5_000;

export interface PollingDependencies extends PollDependencies {
  description: AgentDescription;
  meter: Meter;
  /** Undefined: as the API says, or once a second. */
  pollMilliseconds: number | undefined;
}

/** What may be left of this invocation, in milliseconds. */
export type Remaining = () => number;

/**
 * Registers the agent, at the first call, and polls for a minute at each.
 * @throws when the API does not take the agent in, or gave no usable answer in the whole minute: so the errors of the
 * function are worth an alarm.
 */
export function poller(deps: PollingDependencies): (remaining: Remaining) => Promise<void> {
  let asked: { interval: number | null | undefined } | undefined;
  return async (remaining) => {
    asked ??= { interval: await register(deps) };
    await pollForAMinute(deps, deps.pollMilliseconds ?? asked.interval ?? pollMilliseconds, remaining);
  };
}

/** The interval that the API asks for, if it does. */
async function register({ controlPlane, description, log }: PollingDependencies) {
  try {
    const registration = await controlPlane.register(description);
    log.info('agent.registered', { extensions: registration !== undefined });
    return registration?.pollIntervalMs;
  } catch (thrown) {
    log.error('registration.failed', { code: codeOf(thrown), cause: messageOf(thrown) });
    throw thrown;
  }
}

async function pollForAMinute(deps: PollingDependencies, interval: number, remaining: Remaining) {
  const { clock, log, meter } = deps;
  const end = clock.now() + invocationMilliseconds;
  let answered = 0;
  let failedInARow = 0;
  for (;;) {
    const begun = clock.now();
    let pause: number;
    let failure: unknown;
    try {
      await poll(deps);
      answered++;
      failedInARow = 0;
      meter.add('Heartbeats');
      pause = Math.max(interval / 2, interval - (clock.now() - begun));
    } catch (thrown) {
      failure = thrown;
      pause = Math.min(pollMilliseconds * 2 ** failedInARow++, pauseMillisecondsMax);
      log.error('poll.failed', {
        code: codeOf(thrown),
        cause: messageOf(thrown),
        retryMilliseconds: pause,
      });
    }
    if (clock.now() + pause >= end || remaining() - pause < onePollMilliseconds) {
      if (answered === 0) throw failure;
      return;
    }
    await clock.sleep(pause);
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof AgentError ? thrown.code : 'unexpected';
}
