import { ConflictException, DescribeTasksCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { arnOf, launcherOverMock, stopped } from './launcher-over-mock.ts';
import { sdkError } from './sdk-error.ts';

const request = { executionId: '7', type: 'bash', target: null, secretVariable: null };
const anHourAgo = (now: number) => new Date(now - 3_600_000);
const conflictWith = (...resourceIds: string[]) =>
  new ConflictException({ message: 'The client token is in use', $metadata: {}, resourceIds });

describe('launching', () => {
  it('answers with the new task, and does not ask for it again', async () => {
    const { ecs, launcher, answer, clock } = launcherOverMock();
    ecs.on(RunTaskCommand).resolves(answer(1));
    expect(await launcher.launch(request)).toEqual({ launchId: arnOf(1), launchedAt: clock.now() });
    expect(ecs.calls()).toHaveLength(1);
  });

  it('takes the next token when the task of the first one has stopped before its command', async () => {
    const { ecs, launcher, answer, clock, tokens } = launcherOverMock();
    ecs
      .on(RunTaskCommand)
      // As it was when it was new: only DescribeTasks knows better.
      .resolvesOnce(answer(1, { createdAt: anHourAgo(clock.now()) }))
      .resolvesOnce(answer(2, stopped))
      .resolvesOnce(answer(3));
    ecs.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn: arnOf(1), ...stopped }] });
    expect((await launcher.launch(request)).launchId).toBe(arnOf(3));
    expect(tokens()).toEqual(['7-1', '7-2', '7-3']);
  });

  it('stays with a task of an earlier call that goes on', async () => {
    const { ecs, launcher, answer, clock } = launcherOverMock();
    ecs.on(RunTaskCommand).resolves(answer(1, { createdAt: anHourAgo(clock.now()) }));
    ecs.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn: arnOf(1), lastStatus: 'RUNNING' }] });
    expect((await launcher.launch(request)).launchId).toBe(arnOf(1));
  });

  it('starts three tasks at most', async () => {
    const { ecs, launcher, answer, tokens } = launcherOverMock();
    ecs.on(RunTaskCommand).resolves(answer(1, stopped));
    expect((await launcher.launch(request)).launchId).toBe(arnOf(1));
    expect(tokens()).toEqual(['7-1', '7-2', '7-3']);
  });

  it('takes a conflict of the token for its own launch, by an earlier version of the settings', async () => {
    const { ecs, launcher } = launcherOverMock();
    ecs.on(RunTaskCommand).rejects(conflictWith(arnOf(1)));
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [{ taskArn: arnOf(1), lastStatus: 'RUNNING', startedBy: '7' }],
    });
    expect((await launcher.launch(request)).launchId).toBe(arnOf(1));
  });

  it('goes on after a conflict with a task of its own that has stopped, or that ECS has forgotten', async () => {
    for (const described of [
      { tasks: [{ taskArn: arnOf(1), ...stopped }] },
      { failures: [{ arn: arnOf(1), reason: 'MISSING' }] },
    ]) {
      const { ecs, launcher, answer, tokens } = launcherOverMock();
      ecs
        .on(RunTaskCommand)
        .rejectsOnce(conflictWith(arnOf(1)))
        .callsFakeOnce(() => answer(2));
      ecs.on(DescribeTasksCommand).resolves(described);
      expect((await launcher.launch(request)).launchId).toBe(arnOf(2));
      expect(tokens()).toEqual(['7-1', '7-2']);
    }
  });

  it('refuses a conflict with a task of somebody else', async () => {
    const { ecs, launcher } = launcherOverMock();
    ecs.on(RunTaskCommand).rejects(conflictWith(arnOf(1)));
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [{ taskArn: arnOf(1), lastStatus: 'RUNNING', startedBy: 'another' }],
    });
    await expect(launcher.launch(request)).rejects.toMatchObject({
      code: 'launch-failed',
      retryable: false,
      message: expect.stringMatching(/7-1 is used by .*Give each agent an ECS cluster of its own/),
    });
  });

  it('looks for failures in an answer that is a success', async () => {
    const reasons = ['Capacity is unavailable at this time.', 'AGENT', undefined];
    for (const reason of reasons) {
      const { ecs, launcher } = launcherOverMock();
      ecs.on(RunTaskCommand).resolves({ tasks: [], failures: reason ? [{ reason }] : [] });
      await expect(launcher.launch(request)).rejects.toMatchObject({
        code: 'launch-failed',
        retryable: true,
      });
    }
  });

  it('waits for its turn when it is throttled, but not for long', async () => {
    for (const throttled of [
      sdkError('ThrottlingException', 400, 'Rate exceeded'),
      sdkError('ClientException', 400, 'Throttling: too many'),
      sdkError('InvalidParameterException', 400, 'Rate exceeded'),
    ]) {
      const { ecs, launcher, answer, clock } = launcherOverMock();
      ecs.on(RunTaskCommand).rejectsOnce(throttled).rejectsOnce(throttled).resolves(answer(1));
      expect((await launcher.launch(request)).launchId).toBe(arnOf(1));
      expect(clock.sleeps).toEqual([1000, 2000]);
      ecs.reset();
      ecs.on(RunTaskCommand).rejects(throttled);
      await expect(launcher.launch(request)).rejects.toMatchObject({
        code: 'launch-failed',
        retryable: true,
      });
      expect(clock.sleeps.slice(2)).toEqual([1000, 2000, 4000, 8000]);
    }
  });

  it('reads the settings again for the next try, so that a replaced task definition passes', async () => {
    const { ecs, launcher, answer } = launcherOverMock();
    ecs.on(RunTaskCommand).resolves(answer(1));
    ecs
      .on(RunTaskCommand, { taskDefinition: 'shell:1' })
      .rejects(sdkError('ClientException', 400, 'TaskDefinition is inactive'));
    await expect(launcher.launch(request)).rejects.toMatchObject({ code: 'launch-failed', retryable: true });
    expect((await launcher.launch(request)).launchId).toBe(arnOf(1));
  });
});
