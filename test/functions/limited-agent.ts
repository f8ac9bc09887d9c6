import { memoryUsage } from '../../adapters/memory/usage.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import { dayOf, vcpuSecondsOf } from '../../core/daily-usage.ts';
import type { LogEvent } from '../../core/log.ts';
import type { Policy } from '../../core/policy.ts';
import { localRedactor } from '../../core/redaction/local-redactor.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { settleContainer } from '../../functions/reporter/settle-usage.ts';
import { sweep } from '../../functions/reporter/sweep.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { bashTask, memoryAgent } from './memory-agent.ts';

/** Of the tasks here each may use 10 minutes of one vCPU. */
export const policy: Policy = {
  dailyVcpuMinutes: 30,
  runSeconds: 600,
  targets: { huge: { runSeconds: 36_000 }, hasty: { runSeconds: 5 } },
};

/** An agent in whose day three tasks have room, and the API as its users see it. */
export function limitedAgent() {
  const usage = memoryUsage();
  const told: string[] = [];
  const events: LogEvent[] = [];
  const clock = fakeClock({ now: Date.UTC(2026, 10, 20, 9), skip: 10_000 });
  const base = memoryAgent();
  const controlPlane: typeof base.controlPlane = {
    ...base.controlPlane,
    async progress(...[id, { sequence, stream, text }]: Parameters<ControlPlane['progress']>) {
      told.push(`${id} ${sequence} ${stream}: ${text}`);
    },
  };
  const agent = Object.assign(base, {
    ...{ controlPlane, clock, usage, policy },
    log: { info: (event: LogEvent) => void events.push(event), error: () => {} },
    dailyLimit: {
      usage,
      vcpusOf: () => 1,
      redact: async (text: string) => localRedactor().message(text),
    },
  });
  const receive = async (id: number, fields: object = {}) =>
    void (await agent.ledger.create(String(id), 'task', {
      receivedAt: clock.now(),
      input: { ...bashTask, id, ...fields },
    }));
  return {
    ...{ agent, usage, told, events, clock, receive },
    async come(id: number, fields: object = {}) {
      await receive(id, fields);
      await dispatch(agent, String(id));
    },
    started: () => agent.launcher.requests.map(({ executionId }) => Number(executionId)),
    /** The container of an execution has run its command and stopped after so many seconds. */
    async end(id: number, seconds: number) {
      const { ledger } = agent;
      const taskArn = `arn:aws:ecs:eu-west-1:123456789012:task/cluster/${id}`;
      const at = clock.now();
      await ledger.create(String(id), 'started', { by: 'runner', launchId: taskArn, startedAt: at });
      const times = [at - seconds * 1000, at].map((time) => new Date(time).toISOString());
      const [pullStartedAt = '', stoppedAt = ''] = times;
      const container = { taskArn, cpu: '1024', memory: '2048', pullStartedAt, stoppedAt };
      await settleContainer({ ledger, usage }, String(id), container);
    },
    /** A sweep, and the dispatcher with what it sends. */
    async look() {
      await sweep(agent);
      for (const id of agent.dispatches.sent.splice(0)) await dispatch(agent, id);
    },
    counted: async () => vcpuSecondsOf(await usage.list(dayOf(clock.now()))),
  };
}
