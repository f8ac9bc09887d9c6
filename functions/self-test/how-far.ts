import type { ExecutionId } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import type { Clock, Launcher, Ledger } from '../../core/ports.ts';

export interface HowFarDependencies {
  ledger: Pick<Ledger, 'create' | 'read'>;
  inspect: Launcher['inspect'];
  clock: Clock;
}

/** How far a self-test got that has no result in time: the first step that is missing, and where its cause is. */
export async function howFar({ ledger, inspect }: HowFarDependencies, id: ExecutionId): Promise<string> {
  const [claim, launched, started, result, redacted] = await Promise.all([
    ledger.read(id, 'claim-1'),
    ledger.read(id, 'launched'),
    ledger.read(id, 'started'),
    ledger.read(id, 'result'),
    ledger.read(id, 'redacted'),
  ]);
  if (redacted)
    return `its output was redacted, but no result of it was reported ${afterItsEnd}. ${see('reporter')}`;
  if (result) {
    return (
      `its task has ended, but its output was not redacted ${afterItsEnd}. Check the redaction settings and the ` +
      `service for it, if there is one. ${see('reporter')}`
    );
  }
  if (started) return `its command started, but did not end ${inTime}. ${see('runners')}`;
  if (launched) return notStarted(inspect, launched.launchId);
  if (claim) return `no container was started for it ${inTime}. ${see('dispatcher')}`;
  return `nobody took it from the queue ${inTime}. ${see('dispatcher')}`;
}

const inTime = `within ${limits.selfTest.waitSeconds} s`;
const afterItsEnd = `within ${limits.selfTest.reportSeconds} s after its end`;

function see(part: string): string {
  return `The cause is in the log of the ${part}.`;
}

async function notStarted(inspect: Launcher['inspect'], launchId: string): Promise<string> {
  // The ledger's word is enough for a sentence: a container that cannot be looked at takes nothing from it.
  const state = await inspect(launchId).catch(() => undefined);
  if (state?.running === false) return `its container ended before the command started: ${state.cause}.`;
  const doing = state?.running ? 'Its container is still getting ready. ' : '';
  return (
    `its command did not start ${inTime}. ${doing}Check that the subnets reach ECR, S3 and STS; ` +
    'the cause is in the events of the container in ECS or in the log of the runners.'
  );
}
