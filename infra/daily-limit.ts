import { Construct } from 'constructs';
import type { WrittenSettings } from '../adapters/aws/dispatcher-settings.ts';
import type { AgentFunction } from './agent-function.ts';
import { anyExecution } from './ledger-permissions.ts';
import { allow, policyWith } from './permissions.ts';
import type { Storage } from './storage.ts';

/** vCPU minutes a day; `'unknown'` where the policy is a parameter of the template, which may have a limit or not. */
export type DailyVcpuMinutes = number | 'unknown' | undefined;

export function dailyLimitOf(policy: WrittenSettings['policy']): DailyVcpuMinutes {
  return typeof policy === 'string' ? 'unknown' : policy.dailyVcpuMinutes;
}

export interface DailyLimitProps {
  readonly storage: Storage;
  readonly dispatcher: AgentFunction;
  readonly reporter: AgentFunction;
}

/** Lets the functions count what executions use of a day, in the bucket of the ledger: `core/daily-usage.ts`. */
export class DailyLimit extends Construct {
  constructor(scope: Construct, id: string, { storage: { ledger }, dispatcher, reporter }: DailyLimitProps) {
    super(scope, id);
    const of = (name: string) => ledger.arnForObjects(`usage/*/${name}`);
    policyWith(this, 'Dispatcher', dispatcher.role, [
      allow(
        ['s3:PutObject'],
        [of('reserved-*'), of('over'), ledger.arnForObjects('work/*/held-*')],
        anyExecution,
      ),
      allow(['s3:DeleteObject'], [of('reserved-*')], anyExecution),
    ]);
    policyWith(this, 'Reporter', reporter.role, [
      allow(['s3:PutObject'], [of('used-*'), of('over')], anyExecution),
    ]);
    reporter.function.addEnvironment('DAILY_LIMIT', 'true');
  }
}
