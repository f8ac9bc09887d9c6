import { vcpusOf } from '../adapters/aws/launch-settings.ts';
import { AgentError } from '../core/errors.ts';
import { defaultRules, type Policy } from '../core/policy.ts';
import type { TargetProps } from './runops-agent-props.ts';

/** @throws AgentError `config-invalid` when one task could use more than the policy allows for a whole day. */
export function checkDailyLimit(policy: Policy, targets: Readonly<Record<string, TargetProps>>): void {
  const { dailyVcpuMinutes } = policy;
  if (dailyVcpuMinutes === undefined) return;
  const names = new Set([null, ...Object.keys(policy.targets), ...Object.keys(targets)]);
  for (const name of names) {
    const own = name === null ? undefined : policy.targets[name];
    const runSeconds = own?.runSeconds ?? policy.runSeconds ?? defaultRules.runSeconds;
    const minutes = (runSeconds * vcpusOf(targets, name)) / 60;
    if (minutes <= dailyVcpuMinutes) continue;
    const whose = name === null ? '' : ` of the target "${name}"`;
    throw new AgentError(
      'config-invalid',
      `policy.dailyVcpuMinutes is ${dailyVcpuMinutes}, but one task${whose} may use ${minutes} vCPU minutes: ` +
        'its runSeconds on its vCPUs. Allow more for a day, or less for a task.',
    );
  }
}
