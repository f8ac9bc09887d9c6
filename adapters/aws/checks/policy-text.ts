import { AgentError } from '../../../core/errors.ts';
import { type Finding, illBy, well } from '../../../core/finding.ts';
import { parsePolicy } from '../../../core/policy.ts';
import { looking } from './look.ts';

const check = 'policy';

/** Whether a policy that was given as a text is one. */
export function policyText(text: string): Promise<Finding[]> {
  return looking(check, async () => {
    try {
      parsePolicy(text);
      return [well(check, 'The agent understands it.')];
    } catch (thrown) {
      if (thrown instanceof AgentError) return [illBy(check, thrown.message)];
      throw thrown;
    }
  });
}
