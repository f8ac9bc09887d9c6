import { AgentError } from '../errors.ts';

/** Runs `redact`; whatever it throws becomes `redaction-failed`, and no text comes out. */
export function failClosed<T>(redact: () => T): T {
  try {
    return redact();
  } catch (thrown) {
    throw redactionFailed(thrown);
  }
}

/** Passes the chunks on; whatever is thrown becomes `redaction-failed`, and nothing comes after it. */
export async function* failClosedStream<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* chunks;
  } catch (thrown) {
    throw redactionFailed(thrown);
  }
}

/** An error that has a code already keeps it: a ledger that could not be read may be worth another try. */
function redactionFailed(thrown: unknown): AgentError {
  if (thrown instanceof AgentError) return thrown;
  return new AgentError(
    'redaction-failed',
    'The output could not be redacted completely, so it is withheld. Run the task again; if it fails again, the ' +
      "agent's own log has the cause.",
    { cause: thrown },
  );
}
