import { agentDescription } from '../../adapters/aws/agent-description.ts';
import { deployedLedger, deployedQueue, deployedUsage } from '../../adapters/aws/deployed.ts';
import { deployedLauncher } from '../../adapters/aws/deployed-launcher.ts';
import { observe } from '../../adapters/aws/lambda-handler.ts';
import { once } from '../../adapters/aws/lazy-ports.ts';
import { taskGroup } from '../../adapters/aws/task-group.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { AgentError } from '../../core/errors.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import type { ServiceAddress } from '../../core/service-address.ts';
import { endLeftovers } from './end-leftovers.ts';
import { reporterEnv } from './env.ts';
import { settleUnstarted } from './settle-usage.ts';
import { takeEvent } from './take-event.ts';

const env = parseEnvironment(reporterEnv, process.env, 'The reporter');
const region = process.env.AWS_REGION ?? '';
const { log, meter, handler: observed } = observe(env.AGENT_NAME);
const clock = systemClock;
const ledger = deployedLedger(env, clock);
const usage = env.DAILY_LIMIT ? deployedUsage(env, clock) : undefined;

const reporting = once(async () => {
  const { deployedReport } = await import('./deployed-report.ts');
  return deployedReport({ env, region, description: agentDescription(env), ledger, clock, log, meter });
});

const endTasks = async (service: ServiceAddress, id: string) => {
  const [{ ecsIn }, { endServiceTasks }] = await Promise.all([
    import('../../adapters/aws/ecs-client.ts'),
    import('../../adapters/aws/end-service-tasks.ts'),
  ]);
  await endServiceTasks({ ecs: ecsIn(service.region), clock }, service, id);
};

async function reportOne(id: string) {
  if (env.SERVICES) await endLeftovers({ ledger, endTasks, log }, id);
  await (await reporting())(id);
  if (usage) await settleUnstarted({ ledger, usage }, id);
}

const deps = {
  report: reportOne,
  ledger,
  launcher: deployedLauncher(
    env,
    launchesNothing,
    { launch: launchesNothing, check: launchesNothing },
    clock,
  ),
  dispatches: deployedQueue(env.DISPATCHES_QUEUE),
  reports: deployedQueue(env.REPORTS_QUEUE),
  reportsQueueArn: env.REPORTS_QUEUE_ARN,
  isAudited: true,
  group: taskGroup(env.AGENT_NAME),
  usage,
  prices: {
    vcpuHour: env.VCPU_HOUR_DOLLARS ?? 0,
    gigabyteHour: env.GIGABYTE_HOUR_DOLLARS ?? 0,
    addressHour: env.ADDRESS_HOUR_DOLLARS ?? 0,
  },
  clock,
  log,
};

/** Woken by its queue, the dead-letter queues, results in the ledger, containers that stop, and each minute. */
export const handler = observed((event) => takeEvent(deps, event));

/** It looks at containers and stops them; starting one is the dispatcher's. */
function launchesNothing(): Promise<never> {
  throw new AgentError('launch-failed', 'The reporter starts no containers.');
}
