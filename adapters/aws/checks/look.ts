import { AgentError } from '../../../core/errors.ts';
import { type Finding, unknown } from '../../../core/finding.ts';
import type { Clock } from '../../../core/ports.ts';
import { type AwsCall, type AwsFailure, awsFailure, explanations } from '../aws-failure.ts';

/** One thing to look at. `look` never throws: what cannot be looked at is `unknown`. */
export interface Check {
  name: string;
  look: () => Promise<Finding[]>;
}

/** An answer of AWS; `action` is what IAM calls the permission for it. What failed is a `NotAnswered`. */
export type Ask = <T>(action: string, resource: string, answer: Promise<T>) => Promise<T>;

/** What AWS did not answer: whoever knows what that means catches it, else it is `unknown`. */
export class NotAnswered extends Error {
  override readonly name = 'NotAnswered';
  readonly call: AwsCall;
  readonly failure: AwsFailure;

  constructor(call: AwsCall, thrown: unknown) {
    super(`${call.action} failed`, { cause: thrown });
    this.call = call;
    this.failure = awsFailure(thrown);
  }
}

export const ask: Ask = (action, resource, answer) =>
  answer.catch((thrown) => {
    throw new NotAnswered({ action, resource }, thrown);
  });

/** The same answer; undefined where AWS says that there is no such thing. */
export async function askForExisting<T>(
  action: string,
  resource: string,
  answer: Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask(action, resource, answer);
  } catch (thrown) {
    if (thrown instanceof NotAnswered && thrown.failure.kind === 'missing') return undefined;
    throw thrown;
  }
}

/** Looks, and finds `unknown` where that fails. */
export async function looking(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (thrown) {
    return [notSeen(check, thrown)];
  }
}

/** Looks at everything at once. What takes longer than `secondsMax` is `unknown`. */
export async function lookAtAll(
  checks: readonly Check[],
  { clock, secondsMax }: { clock: Clock; secondsMax: number },
): Promise<Finding[]> {
  const found = checks.map(async ({ name, look }) => {
    const done = new AbortController();
    const late = clock.sleep(secondsMax * 1000, done.signal).then(() => [tooLate(name, secondsMax)]);
    try {
      return await Promise.race([looking(name, look), late]);
    } finally {
      done.abort();
    }
  });
  return (await Promise.all(found)).flat();
}

function notSeen(check: string, thrown: unknown): Finding {
  if (thrown instanceof AgentError) return unknown(check, thrown.message, 'See docs/doctor.md.');
  if (!(thrown instanceof NotAnswered)) {
    const kind = thrown instanceof Error ? thrown.name : 'an error';
    return unknown(check, `It could not be looked at (${kind}).`, 'Try again; if it lasts, report it.');
  }
  const { call, failure } = thrown;
  const label = [failure.name, failure.status].filter(Boolean).join(', ');
  const { sentence, remedy } = explanations[failure.kind];
  return unknown(
    check,
    `${sentence(call)}${label && ` (${label})`}.`,
    failure.kind === 'denied' ? `Allow ${call.action} to whoever looks.` : `${remedy}.`,
  );
}

function tooLate(check: string, seconds: number): Finding {
  const sentence = `It was not answered within ${seconds} s.`;
  return unknown(check, sentence, 'Check that the network reaches AWS and the services of the agent.');
}
