import { answerCustomResource } from '../../adapters/aws/custom-resource.ts';
import { deployedLedger, deployedQueue } from '../../adapters/aws/deployed.ts';
import { observe } from '../../adapters/aws/lambda-handler.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { selfTestEnv } from './env.ts';
import { testDeployment } from './test-deployment.ts';

const env = parseEnvironment(selfTestEnv, process.env, 'The self-test');
const { log, handler: observed } = observe(env.AGENT_NAME);
const clock = systemClock;

const deps = {
  ledger: deployedLedger(env, clock),
  dispatches: deployedQueue(env.DISPATCHES_QUEUE),
  async readLog(id: string) {
    const [{ s3Client }, { readStoredLog }] = await Promise.all([
      import('../../adapters/aws/s3-client.ts'),
      import('../../adapters/aws/stored-log.ts'),
    ]);
    return readStoredLog(s3Client(env.AWS_ENDPOINT_URL), env.LOG_BUCKET, id);
  },
  async inspect(launchId: string) {
    const [{ ecs }, { taskKeeper }] = await Promise.all([
      import('../../adapters/aws/ecs-client.ts'),
      import('../../adapters/aws/task-keeper.ts'),
    ]);
    return taskKeeper({ ecs, cluster: env.CLUSTER, clock }).inspect(launchId);
  },
  async isRollingBack(stackId: string) {
    const [{ CloudFormationClient }, { clientSettings }, { isRollingBack }] = await Promise.all([
      import('@aws-sdk/client-cloudformation'),
      import('../../adapters/aws/client-settings.ts'),
      import('../../adapters/aws/stack-status.ts'),
    ]);
    return isRollingBack(new CloudFormationClient(clientSettings), stackId);
  },
  async erase(id: string) {
    const [{ s3Client }, { eraseExecution }] = await Promise.all([
      import('../../adapters/aws/s3-client.ts'),
      import('../../adapters/aws/erase-execution.ts'),
    ]);
    const buckets = { ledger: env.LEDGER_BUCKET, output: env.OUTPUT_BUCKET, logs: env.LOG_BUCKET };
    await eraseExecution(s3Client(env.AWS_ENDPOINT_URL), buckets, id);
  },
  clock,
  log,
};

/** Asked by CloudFormation, at the end of a deployment. */
export const handler = observed((event) =>
  answerCustomResource({ fetch }, event, (request) => testDeployment(deps, request)),
);
