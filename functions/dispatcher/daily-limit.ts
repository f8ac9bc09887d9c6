import type { ControlPlane } from '../../core/control-plane.ts';
import { billedSecondsMin, dayOf, type UsageEntry, vcpuSecondsOf } from '../../core/daily-usage.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, LedgerRecords } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/log.ts';
import { decide, type Policy } from '../../core/policy.ts';
import type { Clock, Ledger, Usage } from '../../core/ports.ts';
import type { Redacted } from '../../core/redaction/redacted.ts';
import { isSelfTest } from '../../core/self-test.ts';
import { parseTask, type Task } from '../../core/task.ts';
import { findType } from '../../core/task-types.ts';

export interface DailyLimit {
  usage: Usage;
  /** How many vCPUs a container of the target has. */
  vcpusOf(target: string | null): number;
  redact(text: string): Promise<Redacted>;
}

export interface HoldDependencies {
  ledger: Ledger;
  controlPlane: ControlPlane;
  policy: Policy;
  dailyLimit?: DailyLimit | undefined;
  clock: Clock;
  log: Log;
}

/** What a task would use at most, and what all may use in a day, in vCPU seconds. */
interface Room {
  wanted: number;
  limit: number;
}

/** How often, and how long apart, one looks whether others give way. */
const looksMax = 4;
const lookMilliseconds = 1000;

const dayMilliseconds = 24 * 3600 * 1000;

/**
 * Whether the execution has to wait, because the day's vCPU minutes would not suffice for it. It is not locked then, so
 * that nothing is owed and no deadline runs: the next sweep sends it here again.
 */
export async function isHeld(
  deps: HoldDependencies,
  id: ExecutionId,
  { input, receivedAt }: LedgerRecords['task'],
): Promise<boolean> {
  const { ledger, policy, dailyLimit, clock } = deps;
  const { dailyVcpuMinutes } = policy;
  if (!dailyLimit || dailyVcpuMinutes === undefined || isSelfTest(id)) return false;
  // It was let through before, and may be locked.
  if (await ledger.read(id, 'claim-1')) return false;
  const task = allowedTask(input, policy);
  if (!task) return false;
  const limit = dailyVcpuMinutes * 60;
  const seconds = Math.max(billedSecondsMin, task.runSeconds);
  // One that wants more than a whole day has gets a day of its own.
  const wanted = Math.min(limit, Math.ceil(seconds * dailyLimit.vcpusOf(task.target)));
  if (await hasRoom(dailyLimit.usage, clock, id, { wanted, limit })) return false;
  const isForgotten = clock.now() >= receivedAt + limits.heldSeconds * 1000;
  // Whether the API still has it is not known. If it has, a poller that is new finds it again.
  if (isForgotten) await ledger.close(id);
  else await tell(deps, dailyLimit, id, task.id, dailyVcpuMinutes);
  return true;
}

/** Undefined for a task that would be refused: its user has the answer at once, limit or not. */
function allowedTask(
  input: unknown,
  policy: Policy,
): (Pick<Task, 'id' | 'target'> & { runSeconds: number }) | undefined {
  try {
    const task = parseTask(input);
    findType(task.type);
    const decision = decide(task, policy);
    return decision.allow
      ? { id: task.id, target: task.target, runSeconds: decision.rules.runSeconds }
      : undefined;
  } catch (thrown) {
    if (thrown instanceof AgentError) return undefined;
    throw thrown;
  }
}

/**
 * Reserves first and sums up then, so that of two at once not both slip over the limit. Both could give way, and again
 * the next time: so only the younger does at once, and the older waits for that.
 */
async function hasRoom(
  usage: Usage,
  clock: Clock,
  id: ExecutionId,
  { wanted, limit }: Room,
): Promise<boolean> {
  const now = clock.now();
  const day = dayOf(now);
  const before = await usage.list(day);
  const abandoned = before.filter((entry) => entry.executionId === id && isAbandoned(entry, now));
  const others = before.filter(({ executionId }) => executionId !== id);
  if (vcpuSecondsOf(others) + wanted > limit) {
    await usage.remove(day, abandoned);
    return false;
  }
  const reservation = { executionId: id, kind: 'reserved', vcpuSeconds: wanted, at: now } as const;
  await usage.add(day, reservation);
  for (let look = 1; ; look++) {
    const entries = await usage.list(day);
    if (vcpuSecondsOf(entries) <= limit) return true;
    const ahead = entries.filter(({ executionId }) => !isYounger(executionId, id));
    if (look === looksMax || vcpuSecondsOf(ahead) > limit) break;
    await clock.sleep(lookMilliseconds);
  }
  await usage.remove(day, [reservation, ...abandoned]);
  return false;
}

/** A dispatcher that died has left it. One that lives, on the same execution, keeps its own. */
function isAbandoned(entry: UsageEntry, now: number): boolean {
  return entry.kind === 'reserved' && entry.at + limits.abandonedReservationSeconds * 1000 < now;
}

/** Ids of tasks are numbers that grow; of others the order does not matter, as long as there is one. */
function isYounger(one: ExecutionId, other: ExecutionId): boolean {
  return one.length === other.length ? one > other : one.length > other.length;
}

/** Once a day. It is a courtesy: a server that takes no progress of a waiting task is no failure. */
async function tell(
  { ledger, controlPlane, clock, log }: HoldDependencies,
  { redact }: DailyLimit,
  id: ExecutionId,
  taskId: Task['id'],
  minutes: number,
) {
  const heldAt = clock.now();
  if (!(await ledger.create(id, `held-${Math.floor(heldAt / dayMilliseconds)}`, { heldAt }))) return;
  log.info('task.held', { taskId: id });
  const sentence =
    `Waiting: the agent's limit of ${minutes} vCPU minutes a day is used up. ` +
    'The task starts when others end, or after 00:00 UTC.\n';
  try {
    // Before the first piece of output, which is 1.
    await controlPlane.progress(taskId, { sequence: 0, stream: 'stderr', text: await redact(sentence) });
  } catch {
    log.error('progress.failed', { taskId: id });
  }
}
