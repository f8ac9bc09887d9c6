import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  builtBundles,
  deployment,
  message,
  queue,
  recordOf7,
  runBundle,
  settings,
  task,
} from './run-bundle.ts';

const folder = builtBundles('one');
const bundle = (name: string) => join(folder, 'one/functions', name, 'index.mjs');

describe('the bundles of the functions', () => {
  it('hold a task that the day has no room for, and tell its user', async () => {
    const there = await deployment();
    const { aws, api } = there;
    const policy = { dailyVcpuMinutes: 30, targets: {} };
    aws.secrets.set('arn:settings', JSON.stringify({ ...settings, policy }));
    api.addTask(task);
    aws.objects.set(recordOf7('task'), JSON.stringify({ receivedAt: Date.now(), input: task }));
    // Also tomorrow, should this be the last second of today.
    for (const at of [Date.now(), Date.now() + 86_400_000]) {
      aws.objects.set(`/ledger/usage/${new Date(at).toISOString().slice(0, 10)}/6/used-1000-container`, '');
    }
    const { lines } = await runBundle(bundle('dispatcher'), there, message(queue('dispatches')));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'task.held', taskId: '7' }));
    expect(lines).toContainEqual(expect.objectContaining({ service: 'prod', TasksHeld: 1 }));
    expect(api.progress).toMatchObject([
      { id: '7', sequence: 0, text: expect.stringContaining('30 vCPU minutes') },
    ]);
    expect(api.statusOf(7)).toBe('ready');
    expect(aws.launched).toEqual([]);
  }, 60_000);

  it('write down what a container has used, where there is a daily limit', async () => {
    const there = await deployment();
    const { aws } = there;
    const taskArn = 'arn:aws:ecs:eu-west-1:111122223333:task/cluster/0123456789abcdef';
    const put = (name: string, record: object) =>
      aws.objects.set(`/ledger/executions/7/${name}`, JSON.stringify(record));
    put('claim-1', { claimedAt: Date.UTC(2026, 10, 20, 23, 59) });
    put('started', { by: 'runner', launchId: taskArn, startedAt: Date.UTC(2026, 10, 21) });
    put('reported', { reportedAt: Date.UTC(2026, 10, 21) });
    const times = { pullStartedAt: '2026-11-20T23:59:30Z', stoppedAt: '2026-11-21T00:01:30Z' };
    const detail = {
      lastStatus: 'STOPPED',
      startedBy: '7',
      group: 'runops:prod',
      taskArn,
      cpu: '512',
      ...times,
    };
    const event = { source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail };
    const used = () => [...aws.objects.keys()].filter((key) => key.startsWith('/ledger/usage/'));
    await runBundle(bundle('reporter'), there, event);
    expect(used()).toEqual([]);
    await runBundle(bundle('reporter'), there, event, { DAILY_LIMIT: 'true' });
    const day = '/ledger/usage/2026-11-20/7';
    expect(used().toSorted()).toEqual([`${day}/over`, `${day}/used-60-0123456789abcdef`]);
  }, 60_000);
});
