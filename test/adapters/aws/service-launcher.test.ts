import {
  ConflictException,
  DescribeServicesCommand,
  DescribeTasksCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { stopped } from './launcher-over-mock.ts';
import { address, request, service, serviceOverMock, taskArn } from './service-over-mock.ts';

describe('a fresh task of a service', () => {
  it('is as the service is, with another command in one container', async () => {
    const { launch, inputs, clock } = serviceOverMock();
    expect(await launch()).toEqual({ launchId: taskArn(1), launchedAt: clock.now() });
    expect(inputs()).toEqual([
      {
        cluster: 'shop',
        taskDefinition: service.taskDefinition,
        group: 'runops:agent',
        clientToken: '7-1',
        startedBy: '7',
        count: 1,
        capacityProviderStrategy: service.capacityProviderStrategy,
        platformVersion: '1.4.0',
        networkConfiguration: service.networkConfiguration,
        tags: [
          { key: 'runops', value: 'allow' },
          { key: 'team', value: 'shop' },
        ],
        propagateTags: 'TASK_DEFINITION',
        enableECSManagedTags: true,
        enableExecuteCommand: false,
        overrides: {
          containerOverrides: [
            {
              name: 'rails',
              command: ['ruby', '-e', expect.stringContaining('RUNOPS_MANIFEST')],
              environment: [{ name: 'RUNOPS_MANIFEST', value: expect.stringMatching(/^https:/) }],
            },
          ],
        },
      },
    ]);
  });

  it('keeps the launch type and the placement of a service without capacity providers', async () => {
    const placement = {
      placementConstraints: [{ type: 'memberOf' as const, expression: 'attribute:zone == a' }],
      placementStrategy: [{ type: 'spread' as const, field: 'host' }],
    };
    const { launch, inputs } = serviceOverMock({
      capacityProviderStrategy: [],
      launchType: 'EC2',
      ...placement,
    });
    await launch();
    expect(inputs()[0]).toMatchObject({ launchType: 'EC2', ...placement });
    expect(inputs()[0]).not.toHaveProperty('capacityProviderStrategy');
  });

  it('is of the primary task set, where another tool than ECS deploys', async () => {
    const taskDefinition = 'arn:aws:ecs:eu-west-1:1:task-definition/web:43';
    const taskSets = [
      { status: 'ACTIVE', taskDefinition: 'old' },
      { status: 'PRIMARY', taskDefinition, launchType: 'FARGATE' as const },
    ];
    const { launch, inputs } = serviceOverMock({ taskSets });
    await launch();
    expect(inputs()[0]).toMatchObject({ taskDefinition, launchType: 'FARGATE' });
  });

  it('is asked for with little: an address, and the lines that fetch it', async () => {
    const { launch, inputs, credentials } = serviceOverMock();
    await launch({ script: 'x'.repeat(1_000_000) });
    const bytes = Buffer.byteLength(JSON.stringify(inputs()[0]?.overrides));
    console.info(
      `override ${bytes} bytes, token ${credentials.sessionToken.length}`,
      inputs()[0]?.overrides?.containerOverrides?.[0]?.environment?.[0]?.value,
    );
    expect(bytes).toBeLessThan(2048);
    expect(JSON.stringify(inputs())).not.toContain(credentials.secretAccessKey);
  });

  it('is refused when ECS would not take the override', async () => {
    const { launch, credentials } = serviceOverMock();
    credentials.sessionToken = 'x'.repeat(8000);
    await expect(launch()).rejects.toMatchObject({ code: 'launch-failed', retryable: false });
  });
});

describe('launched again', () => {
  const conflict = new ConflictException({ message: 'in use', $metadata: {}, resourceIds: [taskArn(1)] });

  it('is the task of the first launch, though its signed address differs', async () => {
    const { ecs, launch } = serviceOverMock();
    ecs.on(RunTaskCommand).rejects(conflict);
    ecs
      .on(DescribeTasksCommand, { cluster: 'shop' })
      .resolves({ tasks: [{ taskArn: taskArn(1), lastStatus: 'RUNNING', startedBy: '7' }] });
    expect((await launch()).launchId).toBe(taskArn(1));
  });

  it('takes the next token when that task has stopped before the command', async () => {
    const { ecs, launch, answer, inputs } = serviceOverMock();
    ecs
      .on(RunTaskCommand)
      .rejectsOnce(conflict)
      .callsFakeOnce(() => answer(2));
    ecs.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn: taskArn(1), ...stopped }] });
    expect((await launch()).launchId).toBe(taskArn(2));
    expect(inputs().map(({ clientToken }) => clientToken)).toEqual(['7-1', '7-2']);
  });

  it('refuses a task of somebody else', async () => {
    const { ecs, launch } = serviceOverMock();
    ecs.on(RunTaskCommand).rejects(conflict);
    ecs.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn: taskArn(1), startedBy: 'ecs-svc/1' }] });
    await expect(launch()).rejects.toMatchObject({ retryable: false });
  });

  it('waits for the spec that the launch is about', async () => {
    const { launcher } = serviceOverMock();
    await expect(launcher.launch(request)).rejects.toMatchObject({ code: 'ledger-failed', retryable: true });
  });
});

describe('a service that cannot be used', () => {
  const failed = (message: RegExp) => ({
    code: 'launch-failed',
    retryable: false,
    message: expect.stringMatching(message),
  });

  it('is one that its owner has not opted in', async () => {
    for (const tags of [undefined, [], [{ key: 'runops', value: 'deny' }]]) {
      const { launch, inputs } = serviceOverMock({ tags });
      await expect(launch()).rejects.toMatchObject(
        failed(/web does not allow tasks of Runops.*runops = allow/),
      );
      expect(inputs()).toEqual([]);
    }
  });

  it('is one that does not exist, or no longer', async () => {
    const { ecs, launch } = serviceOverMock();
    for (const services of [[], [{ ...service, status: 'INACTIVE' }]]) {
      ecs.on(DescribeServicesCommand).resolves({ services });
      await expect(launch()).rejects.toMatchObject(
        failed(/cluster shop has no service "web".*ECS_SERVICE_NAME/),
      );
    }
  });

  it('is one of a cluster that does not exist', async () => {
    const { ecs, launch } = serviceOverMock();
    const missing = Object.assign(new Error('Cluster not found.'), { name: 'ClusterNotFoundException' });
    ecs.on(DescribeServicesCommand).rejects(missing);
    await expect(launch()).rejects.toMatchObject(
      failed(/no ECS cluster "shop".*ECS_CLUSTER or ECS_AWS_REGION/),
    );
  });

  it('is one without the container, whose others are named', async () => {
    const { ledger, launcher, launch } = serviceOverMock();
    await launch();
    expect(await ledger.read('7', 'spec')).toBeDefined();
    const elsewhere = { ...request, service: { ...address, container: 'app' } };
    await expect(launcher.launch(elsewhere)).rejects.toMatchObject(
      failed(/web has no container "app"; it has: envoy, rails. Correct ECS_CONTAINER/),
    );
  });

  it('is one that the agent may not look at, in words that name the permission', async () => {
    const { ecs, launch } = serviceOverMock();
    const denied = Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
    ecs.on(DescribeServicesCommand).rejects(denied);
    await expect(launch()).rejects.toMatchObject(failed(/ecs:DescribeServices/));
  });
});
