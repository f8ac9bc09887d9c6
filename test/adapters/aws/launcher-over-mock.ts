import { ECSClient, RunTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { ecsLauncher } from '../../../adapters/aws/launcher.ts';
import { fakeClock } from '../../support/fake-clock.ts';

export const arnOf = (n: number) => `arn:aws:ecs:eu-central-1:1:task/runops/${n}`;

/** What ECS answers when something is lost or at odds: an emulator never does. */
export function launcherOverMock() {
  const ecs = mockClient(ECSClient);
  const clock = fakeClock({ skip: Infinity });
  let revision = 0;
  const launcher = ecsLauncher({
    ecs: new ECSClient({ region: 'eu-central-1' }),
    cluster: 'runops',
    group: 'runops:agent',
    clock,
    settings: async () => ({
      network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true },
      taskDefinitions: { shell: `shell:${++revision}` },
      targets: {},
    }),
  });
  const answer = (n: number, task: Task = {}) => ({
    tasks: [{ taskArn: arnOf(n), lastStatus: 'PROVISIONING', createdAt: new Date(clock.now()), ...task }],
  });
  const tokens = () => ecs.commandCalls(RunTaskCommand).map(({ args }) => args[0].input.clientToken);
  return { ecs, clock, launcher, answer, tokens };
}

/** How ECS describes a task that failed before its command. */
export const stopped = { lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart', startedBy: '7' } as const;
