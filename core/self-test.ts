import type { ExecutionId, LedgerRecords, Spec } from './execution.ts';
import { limits } from './limits.ts';
import { idOf, type Task } from './task.ts';

/**
 * The task with which a deployment tries itself out: it goes the whole way from the queue to the report, and prints a
 * number that must not come back. All of it is a constant of the release: only its id comes from elsewhere. The API
 * hands out no such task and hears nothing of it.
 */
const prefix = 'self-test-';

/** The id of one self-test. `nonce` names it: the same again is the same test. */
export function selfTestId(nonce: string): ExecutionId {
  return `${prefix}${nonce.replaceAll(/[^A-Za-z0-9.-]/g, '-').slice(0, 50)}`;
}

export function isSelfTest(id: Task['id']): boolean {
  return String(id).startsWith(prefix);
}

/**
 * The task's id at the API; undefined without one that can be used. A self-test is called as its execution, whatever
 * its record says, and no other execution may call itself so: the lock of a self-test is always granted.
 */
export function taskIdOf(
  id: ExecutionId,
  received: LedgerRecords['task'] | undefined,
): Task['id'] | undefined {
  if (!received) return undefined;
  if (isSelfTest(id)) return id;
  const taskId = idOf(received.input);
  return taskId === undefined || isSelfTest(taskId) ? undefined : taskId;
}

/** A payment card that nobody owns, in two words, so that nothing but the output of the script has it whole. */
const [first, last] = ['41111111', '11111111'];
const planted = `${first}${last}`;
const infoType = 'CREDIT_CARD_NUMBER';

const lines = {
  'standard output': 'The self-test of the agent prints a card on standard output:',
  'standard error': 'The self-test of the agent prints a card on standard error:',
};
const script = `first=${first}
last=${last}
echo "${lines['standard output']} $first$last"
echo "${lines['standard error']} $first$last" >&2
`;

/** Needs no user and no secret: nobody chose what it does. */
export function selfTestSpec(id: ExecutionId, lockedAt: number): Spec {
  const { startSeconds, runSeconds, outputBytes } = limits.selfTest;
  return {
    taskId: id,
    type: 'bash',
    script,
    target: null,
    description: null,
    userEmail: null,
    userGroups: null,
    secret: { provider: 'runops', path: null, config: null },
    secretMapping: null,
    customCommand: null,
    renderScript: false,
    redact: 'all',
    runSecondsMax: runSeconds,
    outputBytesMax: outputBytes,
    startBefore: lockedAt + startSeconds * 1000,
  };
}

/** What came back of a self-test. */
export interface SelfTestResult {
  /** The log, as the reporter stored it. */
  log: string;
  /** How often redaction found what. */
  findings: Readonly<Record<string, number>>;
  /** Undefined when the reporter did not write it down. */
  status: 'success' | 'failure' | undefined;
}

/**
 * Undefined when all is as it must be, else what is not: one or two sentences that begin in lower case. A log with the
 * planted number is not quoted.
 */
export function judgeSelfTest({ log, findings, status }: SelfTestResult): string | undefined {
  if (log.replaceAll(/[^0-9]/g, '').includes(planted)) {
    return (
      'its output came back unredacted: the card number that it prints is in its log. Run nothing with this ' +
      'deployment, and compare its version and its redaction settings with those of one that works.'
    );
  }
  if (status === 'failure') return `it did not end well. Its log says: ${excerpt(log)}`;
  const missing = Object.entries(lines).find(([, line]) => !log.includes(line));
  if (missing) return `what it prints on ${missing[0]} did not come back. Its log says: ${excerpt(log)}`;
  const found = findings[infoType] ?? 0;
  const printed = Object.keys(lines).length;
  if (found >= printed) return undefined;
  return `redaction found ${found} of the ${printed} card numbers that it prints. Look at the log of the reporter.`;
}

const excerptCharactersMax = 800;

/** On one line, because the events of a stack have no others. */
function excerpt(log: string): string {
  const text = log.trim().replaceAll(/\s+/g, ' ') || 'nothing';
  return text.length <= excerptCharactersMax ? text : `${text.slice(0, excerptCharactersMax)}…`;
}
