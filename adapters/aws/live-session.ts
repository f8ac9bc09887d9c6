import { randomBytes } from 'node:crypto';
import {
  DescribeTasksCommand,
  ECSClient,
  ExecuteCommandCommand,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import { liveCommandLine, type OpenLiveSession } from '../../core/integrations/live-exec.ts';
import type { ServiceAddress } from '../../core/service-address.ts';
import type { AwsAccess } from '../secrets/aws-access.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { clientSettings } from './client-settings.ts';

/** Opens sessions of ECS Exec with the credentials of the execution, in a running container of a service. */
export function liveSessions(access: Pick<AwsAccess, 'credentials'>): OpenLiveSession {
  return async (address, words, abortSignal) => {
    const { region, cluster, container, service } = address;
    const ecs = new ECSClient({ ...clientSettings, ...access, region });
    const task = await readyTask(ecs, address, abortSignal);
    const marker = `runops-${randomBytes(12).toString('hex')}`;
    const command = new ExecuteCommandCommand({
      ...{ cluster, task, container, interactive: true, command: liveCommandLine(words, marker) },
    });
    const { session } = await ecs
      .send(command, { abortSignal })
      .catch((cause) => failed(cause, 'ecs:ExecuteCommand', `the container ${container} of ${service}`));
    const { streamUrl: url, tokenValue: token } = session ?? {};
    if (!url || !token) throw refused(`ECS opened no session into the container ${container}.`);
    return { url, token, marker, task: task.split('/').at(-1) ?? task };
  };
}

/** The ARN of a task whose container is ready. */
async function readyTask(ecs: ECSClient, address: ServiceAddress, abortSignal: AbortSignal): Promise<string> {
  const { cluster, service, container } = address;
  // The first hundred are enough to find one.
  const { taskArns = [] } = await ecs
    .send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'RUNNING' }), { abortSignal })
    .catch((cause) => failed(cause, 'ecs:ListTasks', `the service ${service}`));
  if (taskArns.length === 0) throw refused(`The service ${service} has no running task.`);
  const { tasks = [] } = await ecs
    .send(new DescribeTasksCommand({ cluster, tasks: taskArns }), { abortSignal })
    .catch((cause) => failed(cause, 'ecs:DescribeTasks', `the tasks of ${service}`));
  const found = tasks.find((task) => isReady(task, container))?.taskArn;
  if (found) return found;
  throw refused(
    `No running task of the service ${service} takes ECS Exec in its container "${container}". Deploy the service ` +
      'with enableExecuteCommand, and let its task role open the channels of SSM: ' +
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html.',
  );
}

function isReady({ lastStatus, containers }: Task, name: string): boolean {
  const container = containers?.find((one) => one.name === name);
  const agent = container?.managedAgents?.find((one) => one.name === 'ExecuteCommandAgent');
  return lastStatus === 'RUNNING' && container?.lastStatus === 'RUNNING' && agent?.lastStatus === 'RUNNING';
}

function failed(cause: unknown, action: string, resource: string): never {
  throw new AgentError('launch-failed', explainAwsFailure(cause, { action, resource }), { cause });
}

function refused(message: string): AgentError {
  return new AgentError('launch-failed', message);
}
