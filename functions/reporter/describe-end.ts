import type { Result } from '../../core/execution.ts';

/** The sentence under the output that says how it ended, where the output alone does not. */
export function describeEnd(result: Result): string {
  if (result.message !== null) return result.message;
  if (result.exitCode === null) return 'The command ended without an exit code, which is never a success.';
  if (result.exitCode !== 0 && result.output.bytes === 0) {
    return `The command printed nothing and ended with exit code ${result.exitCode}.`;
  }
  return '';
}
