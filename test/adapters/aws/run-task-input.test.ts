import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaunchSettings } from '../../../adapters/aws/launch-settings.ts';
import { runTaskInput } from '../../../adapters/aws/run-task-input.ts';
import type { LaunchRequest } from '../../../core/execution.ts';

const settings: LaunchSettings = {
  network: { subnets: ['subnet-b', 'subnet-a'], securityGroups: ['sg-2', 'sg-1'], publicIp: true },
  taskDefinitions: { shell: 'arn:aws:ecs:eu-central-1:1:task-definition/shell:3' },
  targets: {
    billing: {
      taskRole: 'arn:aws:iam::1:role/billing-task',
      executionRole: 'arn:aws:iam::1:role/billing-execution',
      network: { subnets: ['subnet-c'], publicIp: undefined },
      cpu: 1024,
      memory: 4096,
    },
  },
};
const place = { cluster: 'runops', group: 'runops:agent', launch: 1 };
const request = (changes: Partial<LaunchRequest> = {}): LaunchRequest => ({
  executionId: '7',
  type: 'bash',
  target: null,
  secretVariable: null,
  ...changes,
});

describe('the request for a container', () => {
  it('has all that is about the execution, and nothing that changes with time', () => {
    expect(runTaskInput(request(), settings, place)).toEqual({
      cluster: 'runops',
      group: 'runops:agent',
      taskDefinition: 'arn:aws:ecs:eu-central-1:1:task-definition/shell:3',
      launchType: 'FARGATE',
      count: 1,
      clientToken: '7-1',
      startedBy: '7',
      propagateTags: 'TASK_DEFINITION',
      enableExecuteCommand: false,
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: ['subnet-a', 'subnet-b'],
          securityGroups: ['sg-1', 'sg-2'],
          assignPublicIp: 'ENABLED',
        },
      },
      overrides: {
        containerOverrides: [{ name: 'runner', environment: [{ name: 'RUNOPS_EXECUTION_ID', value: '7' }] }],
      },
    });
  });

  it('gives a target its own roles, size and network, and the rest as deployed', () => {
    const input = runTaskInput(request({ target: 'billing' }), settings, place);
    expect(input.overrides).toEqual({
      taskRoleArn: 'arn:aws:iam::1:role/billing-task',
      cpu: '1024',
      memory: '4096',
      containerOverrides: [
        {
          name: 'runner',
          environment: [
            { name: 'RUNOPS_EXECUTION_ID', value: '7' },
            { name: 'RUNOPS_EXECUTION_ROLE', value: 'arn:aws:iam::1:role/billing-execution' },
          ],
        },
      ],
    });
    expect(input.networkConfiguration?.awsvpcConfiguration).toEqual({
      subnets: ['subnet-c'],
      securityGroups: ['sg-1', 'sg-2'],
      assignPublicIp: 'ENABLED',
    });
  });

  it('knows no target by a name that every object has', () => {
    expect(runTaskInput(request({ target: 'constructor' }), settings, place)).toEqual(
      runTaskInput(request(), settings, place),
    );
  });

  it('says what to deploy when there is no image for the type', () => {
    expect(() => runTaskInput(request({ type: 'python' }), settings, place)).toThrowError(
      expect.objectContaining({
        code: 'launch-failed',
        retryable: false,
        message:
          'Tasks of the type python need the image "python", which this agent is deployed without. It has: shell. ' +
          'Deploy the agent with the image "python".',
      }),
    );
  });

  it('is for the image with a shell when it reaches into a live container', () => {
    const service = { cluster: 'shop', service: 'web', container: 'rails', region: 'eu-west-1' };
    const live = request({ type: 'ecs-exec', service: { ...service, live: true } });
    expect(runTaskInput(live, settings, place).taskDefinition).toBe(settings.taskDefinitions.shell);
    expect(() => runTaskInput(request({ type: 'ecs-exec', service }), settings, place)).toThrow(/"service"/);
  });

  it('refuses overrides that are too long, and says whose', () => {
    const taskRole = `arn:aws:iam::1:role/${'x'.repeat(2048)}`;
    const long = { ...settings, targets: { billing: { taskRole } } };
    expect(() => runTaskInput(request({ target: 'billing' }), long, place)).toThrowError(
      expect.objectContaining({
        code: 'launch-failed',
        retryable: false,
        message: expect.stringMatching(/less than 2048 are allowed.*"billing"/),
      }),
    );
  });

  it('is the same for the same execution in whatever order the settings are', () => {
    const ids = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        ids,
        names,
        names,
        fc.integer({ min: 1, max: 3 }),
        (executionId, subnets, groups, launch) => {
          const network = { subnets, securityGroups: groups, publicIp: false };
          const turned = {
            subnets: subnets.toReversed(),
            securityGroups: groups.toReversed(),
            publicIp: false,
          };
          const inputs = [network, turned].map((network) =>
            runTaskInput(request({ executionId }), { ...settings, network }, { ...place, launch }),
          );
          expect(JSON.stringify(inputs[0])).toBe(JSON.stringify(inputs[1]));
          // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
          expect(inputs[0]?.clientToken).toMatch(/^[!-~]{1,64}$/);
        },
      ),
    );
  });

  it('has a token of its own for each execution and each launch', () => {
    const long = 'x'.repeat(64);
    const tokens = [long, `${long.slice(1)}y`, '7', '7-1'].flatMap((executionId) =>
      [1, 2, 3].map(
        (launch) => runTaskInput(request({ executionId }), settings, { ...place, launch }).clientToken,
      ),
    );
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(tokens.filter((token) => (token?.length ?? 0) > 64)).toEqual([]);
  });
});
