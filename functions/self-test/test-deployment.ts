import type { ResourceRequest } from '../../adapters/aws/custom-resource.ts';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/log.ts';
import type { Queue } from '../../core/ports.ts';
import { judgeSelfTest, selfTestId } from '../../core/self-test.ts';
import { type HowFarDependencies, howFar } from './how-far.ts';

export interface SelfTestDependencies extends HowFarDependencies {
  dispatches: Queue;
  /** The redacted log, as the reporter stored it. */
  readLog: (id: ExecutionId) => Promise<string>;
  /** Whether CloudFormation is putting the stack back to what it was. */
  isRollingBack: (stackId: string) => Promise<boolean>;
  /** Takes all that there is of an execution out of the buckets. */
  erase: (id: ExecutionId) => Promise<void>;
  log: Log;
}

const lookMilliseconds = 2_000;
/** How long the ledger may be out of reach: permissions that are new take some seconds until they hold. */
const patienceMilliseconds = 60_000;

/**
 * Runs the built-in task through all of the agent and looks at what came back. The same request again waits for the
 * same task. Returns the attributes of the custom resource.
 * @throws AgentError `config-invalid` that says how far it got; another one when that could not be found out.
 */
export async function testDeployment(
  deps: SelfTestDependencies,
  { RequestType, RequestId, StackId }: Pick<ResourceRequest, 'RequestType' | 'RequestId' | 'StackId'>,
): Promise<{ Seconds: string; Summary: string }> {
  const { clock, log } = deps;
  if (RequestType === 'Update' && (await isRollingBack(deps, StackId))) return untested;
  const id = selfTestId(RequestId);
  const begun = clock.now();
  const seconds = () => Math.round((clock.now() - begun) / 1000);
  try {
    const problem = await problemOf(deps, id);
    if (problem !== undefined) throw new AgentError('config-invalid', `The self-test failed: ${problem}`);
    log.info('self-test.passed', { taskId: id, seconds: seconds() });
    return { Seconds: String(seconds()), Summary: `The self-test passed in ${seconds()} s: ${proven}` };
  } catch (thrown) {
    log.error('self-test.failed', { taskId: id, seconds: seconds(), cause: messageOf(thrown) });
    if (RequestType === 'Create') await leaveNothing(deps, id);
    throw thrown;
  }
}

const proven =
  'a task went through queue, container and redaction, and the card number that it printed was removed.';
const untested = {
  Seconds: '0',
  Summary: 'Not tested, because the stack went back to what it was before an update.',
};

/** A failure on the way back would leave the stack where no update helps. Who cannot know it tests. */
async function isRollingBack(deps: SelfTestDependencies, stackId: string): Promise<boolean> {
  return deps.isRollingBack(stackId).catch(() => false);
}

/**
 * CloudFormation is about to take back a stack that was never used, and it deletes no bucket that holds something. What
 * cannot be erased stays, and the events of the stack name its bucket: the failure itself is the better answer.
 */
async function leaveNothing({ erase, log }: SelfTestDependencies, id: ExecutionId): Promise<void> {
  await erase(id).catch((thrown) => log.error('cleanup.failed', { taskId: id, cause: messageOf(thrown) }));
}

/** What is wrong, or undefined. */
async function problemOf(deps: SelfTestDependencies, id: ExecutionId): Promise<string | undefined> {
  const { ledger, readLog } = deps;
  const reported = await waitForReport(deps, id);
  if (!reported) return howFar(deps, id);
  if (reported.reason === 'withheld') {
    // As the user would be told, in words that are redacted.
    return `its output could not be redacted. ${(await ledger.read(id, 'report'))?.logs ?? ''}`.trim();
  }
  const redacted = await ledger.read(id, 'redacted');
  return judgeSelfTest({
    log: await readLog(id),
    findings: redacted?.findings ?? {},
    status: reported.status,
  });
}

/** What the ledger keeps of the report; undefined when it did not come in time. */
async function waitForReport(deps: SelfTestDependencies, id: ExecutionId) {
  const { ledger, clock } = deps;
  const { waitSeconds, reportSeconds } = limits.selfTest;
  let until = clock.now() + waitSeconds * 1000;
  let reachedAt = clock.now();
  let isSent = false;
  let hasEnded = false;
  while (clock.now() < until) {
    try {
      const reported = await ledger.read(id, 'reported');
      if (reported) return reported;
      if (!isSent) await send(deps, id);
      isSent = true;
      if (!hasEnded && (await ledger.read(id, 'result'))) {
        hasEnded = true;
        until = Math.min(until, clock.now() + reportSeconds * 1000);
      }
      reachedAt = clock.now();
    } catch (thrown) {
      if (clock.now() >= reachedAt + patienceMilliseconds) throw thrown;
    }
    await clock.sleep(lookMilliseconds);
  }
  return undefined;
}

/** As the poller does it. Nobody looks at what the record has besides its time. */
async function send({ ledger, dispatches, clock }: SelfTestDependencies, id: ExecutionId) {
  await ledger.create(id, 'task', { receivedAt: clock.now(), input: { id } });
  await dispatches.send(id);
}
