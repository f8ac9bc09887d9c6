import { describe, expect, it, vi } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import type { HookResult, Hooks, HookTask } from '../../core/hooks.ts';
import { jsonLog } from '../../core/log.ts';
import type { Guard } from '../../core/specify.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { report } from '../../functions/reporter/report.ts';
import { bashTask, type MemoryAgent, memoryAgent, receive, runTo, stdout } from './memory-agent.ts';

const secretTask = {
  ...bashTask,
  ...{ user_email: 'ana@example.com', user_groups: 'dev', token: 'a.b.c', config: '{"KEY":"value"}' },
};

async function dispatched(hooks: Hooks, input: object = bashTask) {
  const agent = { ...memoryAgent(), hooks };
  await receive(agent, input);
  await dispatch(agent, '7');
  return agent;
}

const resultOf = (agent: MemoryAgent) => agent.ledger.read('7', 'result');

describe('the hook before a task', () => {
  it('sees the task without its token and its secret', async () => {
    const before = vi.fn<(task: HookTask) => void>();
    await dispatched({ before }, secretTask);
    expect(before.mock.calls).toEqual([
      [
        {
          ...{ id: 7, type: 'bash', target: 'shell', description: null, script: 'true' },
          ...{ userEmail: 'ana@example.com', userGroups: 'dev' },
        },
      ],
    ]);
  });

  it('changes the script that the runner gets', async () => {
    const agent = await dispatched({ before: () => ({ script: 'false' }) });
    expect(await agent.ledger.read('7', 'spec')).toMatchObject({ script: 'false' });
    expect(agent.launcher.requests).toHaveLength(1);
  });

  it('stops the task: nothing is launched, and its user reads the redacted sentence', async () => {
    const agent = await dispatched({ before: () => ({ stop: 'Ask gary.duck@example.com first.' }) });
    expect(agent.launcher.requests).toEqual([]);
    await report(agent, '7');
    expect(agent.controlPlane.reports).toMatchObject([
      { status: 'failure', reason: 'rejected', logs: 'Ask [EMAIL_ADDRESS] first.\n' },
    ]);
  });

  it('lets nothing run when it fails', async () => {
    const agent = await dispatched({ before: () => Promise.reject(new Error('No.')) });
    expect(agent.launcher.requests).toEqual([]);
    expect(await resultOf(agent)).toMatchObject({
      reason: 'rejected',
      message: 'failed to run pre-hook, so the task was not started: No.',
    });
  });

  it('cannot exceed the size of a script, nor change what its type takes', async () => {
    const huge = await dispatched({ before: () => ({ script: 'x'.repeat(64 * 1024 * 1024 + 1) }) });
    expect(await resultOf(huge)).toMatchObject({ message: expect.stringMatching(/at most 67108864/) });
    const before = () => ({ script: 'ls "' });
    const words = await dispatched({ before }, { ...bashTask, type: 'ecs-exec', script: 'ls' });
    expect(await resultOf(words)).toMatchObject({ message: expect.stringMatching(/quot/) });
  });

  it('is not asked about a task that identity, policy or hooks of the server refuse', async () => {
    const before = vi.fn<() => void>();
    const refusals: { guard?: Partial<Guard>; input?: object }[] = [
      { guard: { policy: { types: ['postgres'], targets: {} } } },
      {
        guard: {
          verifyIdentity: async () => {
            throw new AgentError('identity-rejected', 'The token has expired.');
          },
        },
      },
      { input: { ...bashTask, hooks: 'e30=' } },
    ];
    for (const { guard, input } of refusals) {
      const agent = memoryAgent();
      await receive(agent, input);
      await dispatch({ ...agent, hooks: { before }, ...guard }, '7');
      expect(await resultOf(agent)).toMatchObject({ reason: 'rejected' });
    }
    expect(before).not.toHaveBeenCalled();
  });
});

describe('the hook after a task', () => {
  it('hears once what the API was told, redacted, when the API has it', async () => {
    const heard: HookResult[] = [];
    const agent = await dispatched({
      before: () => ({ script: 'cat people' }),
      after(result) {
        expect(agent.controlPlane.reports).toHaveLength(1);
        heard.push(result);
      },
    });
    await runTo(agent, { exitCode: 3 }, [stdout('gary.duck@example.com\n')]);
    await report(agent, '7');
    await report(agent, '7');
    expect(heard).toEqual([
      {
        ...{ id: 7, type: 'bash', target: 'shell', description: null, userEmail: null, userGroups: null },
        ...{ script: 'cat people', status: 'failure', reason: 'exited', exitCode: 3 },
        logs: agent.controlPlane.reports[0]?.logs,
      },
    ]);
    expect(heard[0]?.logs).toMatch(/^\[EMAIL_ADDRESS\]\n/);
  });

  it('hears once although two reporters are at work', async () => {
    const after = vi.fn<() => void>();
    const agent = await dispatched({ after });
    await runTo(agent, {});
    await Promise.all([report(agent, '7'), report(agent, '7')]);
    expect(agent.controlPlane.reports).toHaveLength(2);
    expect(after).toHaveBeenCalledTimes(1);
  });

  it('sees no output that was not redacted, also where the policy lets it through', async () => {
    const after = vi.fn<(result: HookResult) => void>();
    const agent = {
      ...memoryAgent(),
      hooks: { after },
      policy: { targets: { shell: { allowUnredacted: true } } },
    };
    await receive(agent, { ...bashTask, redact: 'none' });
    await dispatch(agent, '7');
    await runTo(agent, {}, [stdout('gary.duck@example.com\n')]);
    await report(agent, '7');
    expect(agent.controlPlane.reports).toMatchObject([{ logs: 'gary.duck@example.com\n' }]);
    expect(after.mock.calls).toMatchObject([[{ status: 'success', logs: null }]]);
  });

  it('hears nothing of a task that never was allowed to run', async () => {
    const after = vi.fn<(result: HookResult) => void>();
    const agent = await dispatched({ before: () => ({ stop: 'No.' }), after });
    await report(agent, '7');
    expect(agent.controlPlane.reports).toHaveLength(1);
    expect(after).not.toHaveBeenCalled();
  });

  it.each([
    ['fails', () => Promise.reject(new Error('No answer for gary.duck@example.com.'))],
    ['never ends', () => new Promise<void>(() => {})],
  ])('changes nothing when it %s: the log says so, and the execution is closed', async (_, after) => {
    const lines: string[] = [];
    const agent = await dispatched({ after });
    await runTo(agent, {}, [stdout('done\n')]);
    const log = jsonLog((line) => lines.push(line), agent.clock.now);
    const reported = report({ ...agent, log }, '7');
    await agent.clock.advance(10_000);
    await reported;
    expect(agent.controlPlane.reports).toMatchObject([{ status: 'success', logs: 'done\n' }]);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
    expect(lines.join('')).toMatch(
      /"event":"hook\.failed".*failed to run post-hook: (No answer for \[EMAIL|It took longer than 10)/,
    );
  });
});
