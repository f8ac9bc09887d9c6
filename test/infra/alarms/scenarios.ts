import { memoryUsage } from '../../../adapters/memory/usage.ts';
import { dayOf } from '../../../core/daily-usage.ts';
import { AgentError } from '../../../core/errors.ts';
import { tokenRejected } from '../../../core/identity-rejection.ts';
import { localRedactor } from '../../../core/redaction/local-redactor.ts';
import { bashTask } from '../../functions/memory-agent.ts';
import type { FunctionName, QueueName, WatchedAgent } from './watched-agent.ts';

/** One minute of what has to set an alarm off, after an hour in which all was well; it is repeated. */
export type Scenario = (watched: WatchedAgent, minute: number) => Promise<void> | void;

const unreachable = new AgentError('api-unreachable', 'no answer', { retryable: true });

/** The condition of each alarm, by the alarm's name, made by the code that meets it in production. */
export const scenarios: Record<string, Scenario> = {
  'heartbeat-missing': () => {
    // Nobody calls the poller: it writes nothing at all.
  },
  'api-errors': async ({ agent, pollForAMinute }) => {
    agent.controlPlane.killRequests = async () => {
      throw unreachable;
    };
    await pollForAMinute();
  },
  'reports-failing': async (watched, minute) => {
    watched.agent.controlPlane.report = async () => {
      throw unreachable;
    };
    await launched(watched, minute);
    await watched.run(idOf(minute));
    await watched.reportAll();
  },
  'identity-rejections': async (watched, minute) => {
    const { agent } = watched;
    const verifyIdentity = async () => {
      throw tokenRejected('The signature of the user token is not valid. Log in again.');
    };
    Object.assign(agent, { verifyIdentity });
    await launched(watched, minute);
  },
  'dispatches-waiting': oldest('Dispatches', 300),
  'kills-waiting': oldest('Kills', 300),
  'reports-waiting': oldest('Reports', 1200),
  'dead-dispatches': dead('DeadDispatches'),
  'dead-kills': dead('DeadKills'),
  'dead-reports': dead('DeadReports'),
  'start-failures': async (watched, minute) => {
    watched.agent.launcher.launch = async () => {
      throw new AgentError('launch-failed', 'The task definition is not there. Deploy the agent again.');
    };
    await launched(watched, minute);
    await watched.reportAll();
  },
  'executions-lost': async (watched, minute) => {
    await launched(watched, minute);
    const [launchId, startedAt] = [`launch-${watched.agent.launcher.requests.length}`, watched.clock.now()];
    await watched.agent.ledger.create(idOf(minute), 'started', { by: 'runner', launchId, startedAt });
    watched.agent.launcher.end(launchId);
    await watched.containerStopped(idOf(minute));
  },
  'executions-overdue': async (watched, minute) => {
    if (minute === 0) {
      await launched(watched, minute);
      const started = { launchId: `launch-${watched.agent.launcher.requests.length}` };
      const startedAt = watched.clock.now() - 2 * 3600 * 1000;
      await watched.agent.ledger.create(idOf(minute), 'started', { by: 'runner', ...started, startedAt });
    }
    await watched.minutePassed();
  },
  'redaction-failing': async (watched, minute) => {
    breakRedaction(watched);
    await launched(watched, minute);
    await watched.run(idOf(minute));
    await watched.reportAll();
  },
  'output-withheld': async (watched, minute) => {
    breakRedaction(watched);
    await launched(watched, minute);
    const endedAt = watched.clock.now() - 901_000;
    await watched.run(idOf(minute), { endedAt });
    await watched.reportAll();
  },
  'audit-failing': async (watched, minute) => {
    watched.agent.auditing.audit.write = async () => {
      throw new AgentError('audit-failed', 'The bus is not there.', { retryable: true });
    };
    await launched(watched, minute);
  },
  'poller-errors': async ({ agent, pollForAMinute }) => {
    agent.controlPlane.readyTasks = async () => {
      throw unreachable;
    };
    await pollForAMinute();
  },
  'dispatcher-errors': async (watched, minute) => {
    watched.agent.controlPlane.lock = async () => {
      throw unreachable;
    };
    await launched(watched, minute);
  },
  'reporter-errors': async ({ agent, minutePassed }) => {
    agent.ledger.open = async function* () {
      throw new AgentError('ledger-failed', 'The bucket is not there.', { retryable: true });
      // biome-ignore lint/correctness/noUnreachable: A generator has to yield.
      yield '';
    };
    await minutePassed();
  },
  'poller-throttles': throttled('Poller'),
  'dispatcher-throttles': throttled('Dispatcher'),
  'reporter-throttles': throttled('Reporter'),
  'fargate-quota': ({ ofFargate }) => ofFargate(5),
  'daily-cost': async ({ containerStopped }, minute) => {
    await containerStopped(idOf(minute), { seconds: 12 * 3600, cpu: 4096, memory: 16_384 });
  },
  'daily-limit-reached': async (watched, minute) => {
    const dailyLimit = {
      ...{ usage: memoryUsage(), vcpusOf: () => 0.5 },
      redact: async (text: string) => localRedactor().message(text),
    };
    const used = { executionId: '1', kind: 'used', vcpuSeconds: 1, container: 'c' } as const;
    await dailyLimit.usage.add(dayOf(watched.clock.now()), used);
    Object.assign(watched.agent, { dailyLimit, policy: { dailyVcpuMinutes: 30, targets: {} } });
    await launched(watched, minute);
  },
  // It sums up others: any of them will do.
  'agent-unwell': dead('DeadReports'),
};

function idOf(minute: number): string {
  return String(10_000 + minute);
}

/** A task that the poller found and the dispatcher took. */
async function launched({ agent, pollForAMinute, dispatchAll }: WatchedAgent, minute: number) {
  agent.controlPlane.ready = [{ ...bashTask, id: idOf(minute) }];
  await pollForAMinute();
  agent.controlPlane.ready = [];
  await dispatchAll();
}

function breakRedaction({ agent }: WatchedAgent): void {
  agent.redactor = {
    ...agent.redactor,
    output: () => {
      throw new AgentError('redaction-failed', 'The service does not answer.', { retryable: true });
    },
  };
}

function oldest(queue: QueueName, seconds: number): Scenario {
  return ({ ofQueue }, minute) => ofQueue(queue, 'ApproximateAgeOfOldestMessage', seconds + 60 * minute);
}

function dead(queue: QueueName): Scenario {
  return ({ ofQueue }, minute) => ofQueue(queue, 'NumberOfMessagesReceived', minute === 0 ? 1 : 0);
}

function throttled(name: FunctionName): Scenario {
  return ({ ofLambda }) => ofLambda(name, 'Throttles', 2);
}
