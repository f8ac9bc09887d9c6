import { DescribeTasksCommand, ECSClient, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { endServiceTasks } from '../../../adapters/aws/end-service-tasks.ts';
import { routedLauncher } from '../../../adapters/aws/routed-launcher.ts';
import { taskKeeper } from '../../../adapters/aws/task-keeper.ts';
import { memoryLauncher } from '../../../adapters/memory/launcher.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { address, request } from './service-over-mock.ts';

const clock = fakeClock({ skip: Infinity });

function routed(ownCluster: string, checkService = async () => {}) {
  const own = memoryLauncher();
  const asked: string[] = [];
  const launcher = routedLauncher({
    own,
    launchService: async () => ({ launchId: 'of-a-service', launchedAt: 1 }),
    checkService,
    foreign: (region, cluster) => ({
      stop: async () => void asked.push(`stop ${region} ${cluster}`),
      async inspect() {
        asked.push(`inspect ${region} ${cluster}`);
        return { running: true };
      },
    }),
    ownCluster,
  });
  return { own, asked, launcher };
}

describe('the launcher of a deployment', () => {
  it('starts what is for a service there, and all else in its own cluster', async () => {
    const { own, launcher } = routed('runops');
    expect((await launcher.launch(request)).launchId).toBe('of-a-service');
    expect(own.requests).toEqual([]);
    const { service: _, ...plain } = request;
    await launcher.launch(plain);
    expect(own.requests).toHaveLength(1);
  });

  it('reaches into a live container from its own cluster, where the owner of the service allows it', async () => {
    const live = { ...request, service: { ...address, live: true } } as const;
    const allowed = routed('runops');
    await allowed.launcher.launch(live);
    expect(allowed.own.requests).toEqual([live]);
    const denied = routed('runops', () => Promise.reject(new Error('does not allow')));
    await expect(denied.launcher.launch(live)).rejects.toThrow('does not allow');
    expect(denied.own.requests).toEqual([]);
  });

  it('looks after a task in the cluster and the region that its ARN names', async () => {
    for (const ownCluster of ['runops', 'arn:aws:ecs:eu-west-1:1:cluster/runops']) {
      const { asked, launcher } = routed(ownCluster);
      await launcher.stop('arn:aws:ecs:sa-east-1:1:task/shop/1');
      await launcher.inspect('arn:aws:ecs:sa-east-1:1:task/shop/1');
      expect(asked).toEqual(['stop sa-east-1 shop', 'inspect sa-east-1 shop']);
      await launcher.stop('arn:aws:ecs:eu-west-1:1:task/runops/1');
      expect(asked).toHaveLength(2);
    }
  });
});

describe('a task of a service', () => {
  it('is judged by the container whose command was replaced', async () => {
    const ecs = mockClient(ECSClient);
    ecs.on(DescribeTasksCommand, { cluster: 'shop' }).resolves({
      tasks: [
        {
          lastStatus: 'STOPPED',
          stopCode: 'EssentialContainerExited',
          overrides: { containerOverrides: [{ name: 'rails' }] },
          containers: [
            { name: 'runner', exitCode: 0 },
            { name: 'rails', exitCode: 137, reason: 'OutOfMemoryError: Container killed' },
          ],
        },
      ],
    });
    const keeper = taskKeeper({ ecs: new ECSClient({ region: 'eu-west-1' }), cluster: 'shop', clock });
    expect(await keeper.inspect('arn')).toMatchObject({
      running: false,
      cause: expect.stringMatching(/needed more memory/),
    });
  });

  it('is stopped after the result, and with it all that ECS started for the execution', async () => {
    const ecs = mockClient(ECSClient);
    ecs.on(ListTasksCommand, { cluster: 'shop', startedBy: '7' }).resolves({ taskArns: ['one', 'two'] });
    ecs.on(StopTaskCommand).resolves({});
    await endServiceTasks({ ecs: new ECSClient({ region: 'eu-west-1' }), clock }, address, '7');
    expect(ecs.commandCalls(StopTaskCommand).map(({ args }) => args[0].input)).toMatchObject([
      { cluster: 'shop', task: 'one' },
      { cluster: 'shop', task: 'two' },
    ]);
  });

  it('says which permission is missing to find it', async () => {
    const ecs = mockClient(ECSClient);
    ecs.on(ListTasksCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    const ending = endServiceTasks({ ecs: new ECSClient({ region: 'eu-west-1' }), clock }, address, '7');
    await expect(ending).rejects.toMatchObject({ message: expect.stringMatching(/ecs:ListTasks/) });
  });
});
