import type { STSClient } from '@aws-sdk/client-sts';
import { type Finding, ill, well } from '../../../core/finding.ts';
import type { Fetch } from '../../../core/http-request.ts';
import { scheduleState } from '../schedule-state.ts';
import { askForExisting, looking } from './look.ts';

const check = 'schedules';

export interface Scheduler {
  sts: STSClient;
  fetch: Fetch;
  endpoint: string | undefined;
}

/** Whether the functions that are woken each minute are. */
export function schedules(scheduler: Scheduler, names: readonly string[]): Promise<Finding[]> {
  return looking(check, async () => {
    const states = await Promise.all(
      names.map(async (name) => ({
        name,
        state: await askForExisting(
          'scheduler:GetSchedule',
          `the schedule ${name}`,
          scheduleState(scheduler, name),
        ),
      })),
    );
    const bad = states.flatMap(({ name, state }) => {
      if (state === 'ENABLED') return [];
      if (state === undefined)
        return [ill(check, `The schedule ${name} is gone.`, 'Deploy the agent again.')];
      const remedy = 'Enable it in the console of EventBridge Scheduler.';
      return [ill(check, `The schedule ${name} is disabled, so nobody wakes its function.`, remedy)];
    });
    return bad.length > 0 ? bad : [well(check, `All ${names.length} are enabled.`)];
  });
}
