import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import { decodeFrames, type OutputFrame } from '../../core/output.ts';
import type { Ledger } from '../../core/ports.ts';

/**
 * The raw output of an execution, part by part. With `parts` unknown (null: the runner died), everything that it
 * left behind.
 * @throws AgentError `ledger-failed`, retryable, when a part is missing that the result counts, or when the execution
 * was closed meanwhile, so that there may have been more.
 */
export async function* readFrames(
  ledger: Ledger,
  id: ExecutionId,
  parts: number | null,
): AsyncGenerator<OutputFrame> {
  for (let part = 1; parts === null || part <= parts; part++) {
    const bytes = await ledger.readOutput(id, part);
    if (bytes) yield* decodeFrames(bytes);
    else if (parts === null && (await ledger.read(id, 'result'))) return;
    else
      throw new AgentError('ledger-failed', `Part ${part} of ${parts} of the output is missing.`, {
        retryable: true,
      });
  }
}
