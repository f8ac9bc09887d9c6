import { DescribeTasksCommand, StopTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { arnOf, launcherOverMock, stopped } from './launcher-over-mock.ts';
import { networkError, sdkError } from './sdk-error.ts';

describe('stopping', () => {
  it('does not mind that ECS has forgotten the task', async () => {
    const { ecs, launcher } = launcherOverMock();
    ecs
      .on(StopTaskCommand)
      .rejects(sdkError('InvalidParameterException', 400, 'The referenced task was not found.'));
    await launcher.stop(arnOf(1));
    expect(ecs.commandCalls(StopTaskCommand)[0]?.args[0].input).toMatchObject({
      cluster: 'runops',
      task: arnOf(1),
    });
  });

  it('may be tried again after everything else', async () => {
    for (const failure of [networkError(), sdkError('AccessDeniedException', 400)]) {
      const { ecs, launcher } = launcherOverMock();
      ecs.on(StopTaskCommand).rejects(failure);
      await expect(launcher.stop(arnOf(1))).rejects.toMatchObject({
        code: 'launch-failed',
        retryable: true,
        message: expect.stringContaining('ecs:StopTask'),
      });
    }
  });
});

describe('inspecting', () => {
  it.each(['PROVISIONING', 'PENDING', 'ACTIVATING', 'RUNNING', 'DEACTIVATING', 'STOPPING'])(
    'counts on a task that is %s',
    async (lastStatus) => {
      const { ecs, launcher } = launcherOverMock();
      ecs.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn: arnOf(1), lastStatus }] });
      expect(await launcher.inspect(arnOf(1))).toEqual({ running: true });
    },
  );

  it.each(['DEPROVISIONING', 'STOPPED', 'DELETED'])(
    'explains the end of a task that is %s',
    async (lastStatus) => {
      const { ecs, launcher } = launcherOverMock();
      const containers = [
        { name: 'sidecar', exitCode: 0 },
        { name: 'runner', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
      ];
      const task: Task = { taskArn: arnOf(1), lastStatus, stopCode: 'EssentialContainerExited', containers };
      ecs.on(DescribeTasksCommand).resolves({ tasks: [task] });
      expect(await launcher.inspect(arnOf(1))).toEqual({
        running: false,
        cause: expect.stringMatching(
          /^its container needed more memory than it has\. Give the type more memory/,
        ),
        mayPass: false,
      });
    },
  );

  it('explains a task that never started', async () => {
    const { ecs, launcher } = launcherOverMock();
    const task: Task = {
      ...stopped,
      stoppedReason: 'CannotPullContainerError: pull image manifest has been retried 5 time(s)',
    };
    ecs.on(DescribeTasksCommand).resolves({ tasks: [task] });
    expect(await launcher.inspect(arnOf(1))).toMatchObject({
      running: false,
      cause: expect.stringContaining('Check that the subnets reach ECR'),
      mayPass: true,
    });
  });

  it('finds a task that ECS did not know yet', async () => {
    const { ecs, launcher, clock } = launcherOverMock();
    const missing = { failures: [{ arn: arnOf(1), reason: 'MISSING' }] };
    ecs
      .on(DescribeTasksCommand)
      .resolvesOnce(missing)
      .resolvesOnce(missing)
      .resolves({ tasks: [{ taskArn: arnOf(1), lastStatus: 'PROVISIONING' }] });
    expect(await launcher.inspect(arnOf(1))).toEqual({ running: true });
    expect(clock.sleeps).toEqual([2000, 4000]);
  });

  it('believes that a task is gone when ECS says so four times', async () => {
    const { ecs, launcher } = launcherOverMock();
    ecs.on(DescribeTasksCommand).resolves({ failures: [{ arn: arnOf(1), reason: 'MISSING' }] });
    expect(await launcher.inspect(arnOf(1))).toEqual({
      running: false,
      cause: 'ECS no longer knows its task. Look for its log in CloudWatch',
      mayPass: true,
    });
    expect(ecs.commandCalls(DescribeTasksCommand)).toHaveLength(4);
  });

  it('calls nothing gone when ECS gives no clear answer', async () => {
    for (const answer of [{}, { failures: [{ reason: 'SOMETHING' }] }]) {
      const { ecs, launcher } = launcherOverMock();
      ecs.on(DescribeTasksCommand).resolves(answer);
      await expect(launcher.inspect(arnOf(1))).rejects.toMatchObject({
        code: 'launch-failed',
        retryable: true,
      });
    }
    const { ecs, launcher } = launcherOverMock();
    ecs.on(DescribeTasksCommand).rejects(sdkError('ServerException', 500));
    await expect(launcher.inspect(arnOf(1))).rejects.toMatchObject({
      code: 'launch-failed',
      retryable: true,
    });
  });
});
