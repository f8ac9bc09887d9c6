import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryUsage } from '../adapters/memory/usage.ts';
import { run } from '../containers/runner/run.ts';
import { dayOf } from '../core/daily-usage.ts';
import { AgentError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { dispatch } from '../functions/dispatcher/dispatch.ts';
import { kill } from '../functions/dispatcher/kill.ts';
import { poll } from '../functions/poller/poll.ts';
import { report } from '../functions/reporter/report.ts';
import { sweep } from '../functions/reporter/sweep.ts';
import { bashTask, type MemoryAgent, memoryAgent, receive, runTo } from './functions/memory-agent.ts';

/** Each transition of docs/reliability.md: how to get there, and the verb that makes it. */
const walks: Record<string, { before: Step[]; act: Step }> = {
  T1: { before: [offer], act: (agent) => poll(agent) },
  T2: { before: [receive], act: (agent) => dispatch(agent, '7') },
  T3: { before: [receive], act: (agent) => dispatch(agent, '7') },
  T4: { before: [receive, refuse], act: (agent) => dispatch(agent, '7') },
  T5: { before: [receive], act: (agent) => dispatch(agent, '7') },
  T6: { before: [receive], act: (agent) => dispatch(agent, '7') },
  T7: { before: [receive], act: (agent) => dispatch(agent, '7') },
  T8: { before: [receive, dispatched], act: runner },
  T9: { before: [receive, dispatched], act: runner },
  T10: { before: [receive, dispatched, later(901)], act: runner },
  T11: { before: [receiveUnreadable], act: (agent) => dispatch(agent, '7') },
  T12: { before: [receive, claimed(1), later(31), refuse], act: (agent) => dispatch(agent, '7') },
  T13: {
    before: [receive, claimed(limits.dispatchAttempts), later(31)],
    act: (agent) => dispatch(agent, '7'),
  },
  T14: { before: [receive, dispatched], act: (agent) => kill(agent, '7') },
  T15: { before: [receive, dispatched, later(961)], act: (agent) => sweep(agent) },
  T16: { before: [receive, dispatched, stopped], act: (agent) => sweep(agent) },
  T17: { before: [receive, decided], act: (agent) => sweep(agent) },
  T18: { before: [receive, dispatched, started, stopped], act: (agent) => sweep(agent) },
  T19: { before: [receive, dispatched, ended], act: (agent) => report(agent, '7') },
  T20: { before: [receive, dispatched, ended], act: (agent) => report(agent, '7') },
  T21: { before: [receive, dispatched, ended], act: (agent) => report(agent, '7') },
  T22: { before: [receive, dispatched, ended, reported], act: (agent) => sweep(agent) },
  T23: { before: [receive, wishKill], act: (agent) => poll(agent) },
  T24: { before: [receive, dispatched, ended], act: (agent) => report(agent, '7') },
  T25: { before: [receive, useUpTheDay], act: (agent) => dispatch(agent, '7') },
};

type Step = (agent: MemoryAgent) => unknown;

const page = readFileSync('docs/reliability.md', 'utf8');
const rows = [...page.matchAll(/^\| (T\d+) \| (\S+) \|(.*)$/gm)].map(
  ([, name = '', creates = '', rest = '']) => ({
    name,
    record: /`(\S+)`/.exec(creates)?.[1]?.replace('-n', '-') ?? null,
    byNobody: creates === '`started`' && name !== 'T8',
    maker: rest.trim().split(/[:, ]/)[0],
  }),
);

describe('the page about reliability', () => {
  it('names the transitions that are walked here, all of them', () => {
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(walks));
  });

  it.each(rows)('$name: the $maker makes it', async ({ name, record, byNobody }) => {
    const agent = memoryAgent();
    const walk = walks[name];
    for (const step of walk?.before ?? []) await step(agent);
    const created = watch(agent);
    await walk?.act(agent);
    if (record === null) expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
    else
      expect(
        created.some((other) => (record.endsWith('-') ? other.startsWith(record) : other === record)),
      ).toBe(true);
    if (byNobody) expect(await agent.ledger.read('7', 'started')).toMatchObject({ by: 'nobody' });
  });

  it('has the numbers of the code', () => {
    const said = [
      `start deadline (${limits.startSeconds} s)`,
      `${limits.lostGraceSeconds} s of grace`,
      `run limit (${limits.runSeconds} s)`,
      `all ${limits.dispatchAttempts} attempts`,
      `withheld ${limits.redactionSeconds} s after the end`,
    ];
    for (const text of said) expect(page.replaceAll('\n', ' ')).toContain(text);
  });
});

/** The records that were created since. */
function watch({ ledger }: MemoryAgent): string[] {
  const created: string[] = [];
  const { create } = ledger;
  ledger.create = async (id, name, record) => {
    const isNew = await create(id, name, record);
    if (isNew) created.push(name);
    return isNew;
  };
  return created;
}

function offer(agent: MemoryAgent) {
  agent.controlPlane.ready = [bashTask];
}

function wishKill(agent: MemoryAgent) {
  agent.controlPlane.kills = [7];
}

async function useUpTheDay(agent: MemoryAgent) {
  const usage = memoryUsage();
  const used = { executionId: '6', kind: 'used', vcpuSeconds: 1800, container: 'c' } as const;
  await usage.add(dayOf(agent.clock.now()), used);
  const redact = async (text: string) => agent.redactor.message(text);
  const dailyLimit = { usage, vcpusOf: () => 1, redact };
  Object.assign(agent, { dailyLimit, policy: { dailyVcpuMinutes: 30, targets: {} } });
}

function refuse(agent: MemoryAgent) {
  agent.controlPlane.locks.set(7, { outcome: 'refused' });
}

function receiveUnreadable(agent: MemoryAgent) {
  return receive(agent, { ...bashTask, type: 'cobol' });
}

function dispatched(agent: MemoryAgent) {
  return dispatch(agent, '7');
}

function claimed(attempts: number): Step {
  return async ({ ledger, clock }) => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await ledger.create('7', `claim-${attempt}`, { claimedAt: clock.now() });
    }
  };
}

function later(seconds: number): Step {
  return ({ clock }) => clock.advance(seconds * 1000);
}

function started({ ledger, clock }: MemoryAgent) {
  return ledger.create('7', 'started', { by: 'runner', launchId: 'launch-1', startedAt: clock.now() });
}

function stopped(agent: MemoryAgent) {
  agent.launcher.inspect = async () => ({
    running: false,
    cause: 'its image does not exist',
    mayPass: false,
  });
}

async function decided({ ledger, clock }: MemoryAgent) {
  const output = { parts: 0, bytes: 0, cutBytes: 0 };
  const result = {
    reason: 'rejected',
    exitCode: null,
    message: 'No.',
    startedAt: null,
    endedAt: clock.now(),
    output,
  } as const;
  await ledger.create('7', 'started', { by: 'nobody', result });
}

function ended(agent: MemoryAgent) {
  return runTo(agent, {});
}

async function reported(agent: MemoryAgent) {
  const { close } = agent.ledger;
  agent.ledger.close = async () => {
    throw new AgentError('ledger-failed', 'The process died here.', { retryable: true });
  };
  await report(agent, '7').catch(() => {});
  agent.ledger.close = close;
}

async function runner({ ledger, clock, log }: MemoryAgent) {
  await run(
    {
      ledger,
      clock,
      log,
      secrets: { fetch: async () => ({}) },
      launchId: 'launch-1',
      kill: new AbortController().signal,
      machine: {
        scratch: '/',
        environment: {},
        isolation: () => ({ user: null, prefix: [], spawnAs: null }),
      },
      openPlace: () => ({
        directory: '/scratch/1',
        run: async () => ({ exitCode: 0, signal: null, stopped: false, abandoned: false }),
        close: async () => true,
      }),
    },
    '7',
  );
}
