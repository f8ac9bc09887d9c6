import { describe, expect, it } from 'vitest';
import { explainStop, stopCause, stopCauses } from '../../core/stop-causes.ts';

describe('the causes of a stop', () => {
  it('are at least twenty, each with a sentence and a remedy of its own words', () => {
    expect(stopCauses.length).toBeGreaterThanOrEqual(20);
    for (const { sentence, remedy } of stopCauses) {
      expect(sentence).toMatch(/^[A-Za-z].*[^.]$/);
      expect(remedy).toMatch(/^[A-Z].*[^.]$/);
    }
    expect(new Set(stopCauses.map(({ sentence }) => sentence)).size).toBe(stopCauses.length);
  });

  it.each([
    [
      'CannotPullContainerError: pull image manifest has been retried 5 time(s): not found',
      /does not exist/,
      false,
    ],
    ['CannotPullContainerError: toomanyrequests: rate limit exceeded', /limits pulls/, true],
    ['CannotPullContainerError: failed to resolve ref: dial tcp: i/o timeout', /could not be pulled/, true],
    ['ResourceInitializationError: unable to pull secrets or registry auth', /secret of the task/, false],
    ['ResourceInitializationError: failed to validate logger args', /log group/, false],
    ['Timeout waiting for network interface provisioning to complete.', /network interface/, true],
    ['Capacity is unavailable at this time. Please try again later', /no capacity/, true],
    ['Task stopped by (deployment ecs-svc/1)', /without an exit code/, true],
  ])('reads "%s"', (stoppedReason, sentence, mayPass) => {
    const cause = stopCause({ stopCode: 'TaskStopped', stoppedReason });
    expect(cause.sentence).toMatch(sentence);
    expect(cause.mayPass).toBe(mayPass);
  });

  it.each([
    [{ stopCode: 'EssentialContainerExited', exitCode: 137 }, /SIGKILL/],
    [
      { stopCode: 'EssentialContainerExited', containerReason: 'OutOfMemoryError: killed', exitCode: 137 },
      /memory/,
    ],
    [{ stopCode: 'EssentialContainerExited', exitCode: 139 }, /runner itself crashed/],
    [{ stopCode: 'SpotInterruption' }, /Spot/],
    [{ stopCode: 'UserInitiated' }, /stopped its ECS task/],
    [{ stopCode: 'TaskFailedToStart' }, /could not start its container/],
    [{ stoppedReason: 'MISSING' }, /no longer knows/],
  ])('reads %o', (task, sentence) => {
    expect(explainStop(task)).toMatch(sentence);
  });

  it('never makes a success of an exit code, and quotes nothing that AWS says', () => {
    const quiet = {
      stopCode: 'EssentialContainerExited',
      exitCode: 0,
      stoppedReason: 'ask gary.duck@example.com',
    };
    expect(explainStop(quiet)).toMatch(/with exit code 0 and left no result/);
    expect(explainStop(quiet)).not.toContain('gary');
  });
});
