/**
 * What our own machinery failed at. What the user's command did is never an error: it is a `Result`.
 *
 * The codes are a closed set, because people and alarms match on them: think hard before you add one.
 */
export type AgentErrorCode =
  | 'config-invalid' // the deployment's own configuration; nothing runs until somebody mends it
  | 'task-invalid' // what the API handed out is not a task that we can run
  | 'api-unreachable' // network error, timeout, 429 or 5xx that outlasted its retries
  | 'api-refused' // any other answer of the API that is not a success
  | 'agent-duplicate' // another live agent has the same tags
  | 'identity-rejected' // who asked could not be verified
  | 'policy-denied' // the customer's policy says no
  | 'secrets-invalid' // the target's secret is missing, unreadable or incomplete
  | 'command-invalid' // the command cannot be built or started
  | 'ledger-failed' // the ledger could not be read or written
  | 'queue-failed' // a message could not be sent, or is none of ours
  | 'launch-failed' // compute could not be started
  | 'redaction-failed' // the output could not be redacted completely, so it must not leave
  | 'log-store-failed' // the redacted log could not be stored
  | 'audit-failed'; // a decision or an end could not be written into the audit trail, so nothing may start

/**
 * `retryable` decides what happens to the message that caused the error: true leaves it in the queue, false
 * reports a result to the user and acknowledges. `message` is read by people: what happened, the value unless
 * it is a secret, what is allowed, what to do.
 */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentErrorCode;
  readonly retryable: boolean;

  constructor(code: AgentErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** The message of anything that was thrown. Redact it before it leaves. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
