import type { AgentDescription, ControlPlane } from '../../core/control-plane.ts';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/ports.ts';

const patienceMilliseconds = 5_000;
const pauseMilliseconds = 60_000;

/**
 * Registers before the first report, because only the answer says whether the API knows the extensions of a result.
 * No result waits for it longer than some seconds: without an answer it goes out without extensions, and a later
 * report asks again.
 */
export function registeringFirst(
  client: ControlPlane,
  { description, clock, log }: { description: AgentDescription; clock: Clock; log: Log },
): ControlPlane {
  let askAfter = 0;
  const register = async () => {
    if (clock.now() < askAfter) return;
    askAfter = Number.POSITIVE_INFINITY;
    try {
      await client.register(description);
    } catch (thrown) {
      askAfter = clock.now() + pauseMilliseconds;
      const code = thrown instanceof AgentError ? thrown.code : 'unexpected';
      log.error('registration.failed', { code, cause: messageOf(thrown) });
    }
  };
  return {
    ...client,
    async report(body, trace) {
      const answered = new AbortController();
      const registering = register().finally(() => answered.abort());
      await Promise.race([registering, clock.sleep(patienceMilliseconds, answered.signal)]);
      return client.report(body, trace);
    },
  };
}
