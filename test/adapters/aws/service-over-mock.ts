import { randomBytes } from 'node:crypto';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RunTaskCommand,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { serviceLauncher } from '../../../adapters/aws/service-launcher.ts';
import { memoryLedger } from '../../../adapters/memory/ledger.ts';
import { readRubyProgram } from '../../../containers/ruby-runner/program.ts';
import type { Spec } from '../../../core/execution.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { specOf } from '../../support/spec.ts';

export const address = { cluster: 'shop', service: 'web', container: 'rails', region: 'eu-west-1' };
export const request = {
  ...{ executionId: '7', type: 'rails-console-ecs', target: 'shop', secretVariable: null, service: address },
};
export const taskArn = (n: number) => `arn:aws:ecs:eu-west-1:1:task/shop/${n}`;

/** As long as those of STS are with a session tag: AWS promises no length. */
const sessionToken = randomBytes(675).toString('base64');

export const service: Service = {
  serviceName: 'web',
  status: 'ACTIVE',
  taskDefinition: 'arn:aws:ecs:eu-west-1:1:task-definition/web:42',
  platformVersion: '1.4.0',
  capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
  },
  enableECSManagedTags: true,
  tags: [
    { key: 'runops', value: 'allow' },
    { key: 'team', value: 'shop' },
    { key: 'aws:cloudformation:stack-name', value: 'shop' },
  ],
};

/** A customer's service as ECS describes it, and all that is said to ECS and S3. */
export function serviceOverMock(changed: Partial<Service> = {}) {
  const ecs = mockClient(ECSClient);
  const s3 = mockClient(S3Client);
  const ledger = memoryLedger();
  const clock = fakeClock({ skip: Infinity });
  const credentials = {
    ...{ accessKeyId: 'ASIAEXAMPLEEXAMPLE12', secretAccessKey: 'secret-access-key', sessionToken },
    expiration: new Date(clock.now() + 3_600_000),
  };
  ecs.on(DescribeServicesCommand).resolves({ services: [{ ...service, ...changed }] });
  ecs.on(DescribeTaskDefinitionCommand).resolves({
    taskDefinition: {
      containerDefinitions: [
        { name: 'envoy', essential: true },
        { name: 'rails', secrets: [{ name: 'DATABASE_URL', valueFrom: 'arn:secret' }] },
      ],
    },
  });
  const answer = (n: number, task: Task = {}) => ({
    tasks: [{ taskArn: taskArn(n), lastStatus: 'PROVISIONING', createdAt: new Date(clock.now()), ...task }],
  });
  ecs.on(RunTaskCommand).resolves(answer(1));
  s3.on(PutObjectCommand).resolves({});

  const { bootstrap, program } = readRubyProgram();
  const launcher = serviceLauncher({
    ecsOf: (region) => new ECSClient({ region }),
    ledger,
    manifest: {
      ...{ s3: new S3Client({ region: 'eu-central-1' }), region: 'eu-central-1', program },
      ledgerBucket: 'runops-agent-agentstorageledger1234abcd-abcdefghijkl',
      outputBucket: 'runops-agent-agentstorageoutput1234abcd-abcdefghijkl',
    },
    credentialsOf: async () => credentials,
    ...{ group: 'runops:agent', bootstrap, clock },
  });
  const launch = async (spec: Partial<Spec> = {}) => {
    const startBefore = clock.now() + 600_000;
    await ledger.create('7', 'spec', specOf({ type: 'rails-console-ecs', startBefore, ...spec }));
    return launcher.launch(request);
  };
  const inputs = () => ecs.commandCalls(RunTaskCommand).map(({ args }) => args[0].input);
  const manifest = () => JSON.parse(String(s3.commandCalls(PutObjectCommand)[0]?.args[0].input.Body));
  return { ecs, s3, ledger, clock, credentials, launcher, launch, answer, inputs, manifest };
}
