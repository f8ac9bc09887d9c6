import { describe, expect, it } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import { localRedactor, secretsOnlyRedactor } from '../../core/redaction/local-redactor.ts';
import { selfTestId } from '../../core/self-test.ts';
import { stderr, stdout } from './memory-agent.ts';
import { denied, planted, realBash, workingAgent } from './self-test-agent.ts';

const id = selfTestId('one');

describe('the self-test of an agent that does not work', () => {
  const failsWith = async ({ test, memory, lines }: ReturnType<typeof workingAgent>, sentence: RegExp) => {
    const begun = memory.clock.now();
    const failure: Error = await test().then(
      () => expect.fail('It passed.'),
      (thrown) => thrown,
    );
    expect(failure.message).toMatch(sentence);
    expect(failure.message + lines).not.toContain(planted);
    expect(failure.message).not.toMatch(/[\n\r]/);
    expect(lines.at(-1)).toContain('"event":"self-test.failed"');
    // The function has 600 seconds.
    expect(memory.clock.now() - begun).toBeLessThanOrEqual(560_000);
  };

  it('says that nobody took its message', async () => {
    const agent = workingAgent();
    agent.memory.works.dispatcher = false;
    await failsWith(
      agent,
      /^The self-test failed: nobody took it from the queue within 540 s\. .*log of the disp/,
    );
  });

  it('takes what it has written out of the buckets of a stack that goes again, and of no other', async () => {
    const created = workingAgent();
    created.memory.works.dispatcher = false;
    await failsWith(created, /nobody took it/);
    expect(created.memory.erased).toEqual([id]);
    const updated = workingAgent();
    updated.memory.works.dispatcher = false;
    await expect(updated.test({ RequestType: 'Update' })).rejects.toThrow(/nobody took it/);
    expect(updated.memory.erased).toEqual([]);
  });

  it('says what failed also when that cannot be taken out', async () => {
    const { memory, test, lines } = workingAgent();
    memory.works.dispatcher = false;
    memory.erase = () => Promise.reject(new Error('s3:DeleteObject was denied.'));
    await expect(test()).rejects.toThrow(/nobody took it/);
    expect(lines.at(-1)).toContain('"event":"cleanup.failed"');
  });

  it('says that no container was started', async () => {
    const agent = workingAgent();
    agent.memory.launcher.launch = async () => {
      throw new AgentError('launch-failed', 'Fargate has no capacity.', { retryable: true });
    };
    await failsWith(agent, /no container was started for it within 540 s\. .*log of the dispatcher/);
  });

  it('says what the launch was refused for', async () => {
    const agent = workingAgent();
    agent.memory.launcher.launch = async () => {
      throw new AgentError('launch-failed', 'ecs:RunTask was denied. Allow it.');
    };
    await failsWith(
      agent,
      /^The self-test failed: it did not end well\. Its log says: ecs:RunTask was denied\./,
    );
  });

  it('says that the command did not start', async () => {
    const agent = workingAgent();
    agent.memory.runner = () => undefined;
    await failsWith(agent, /its command did not start within 540 s\. .*getting ready.*subnets reach ECR/);
  });

  it('says so when nobody can look at its container either', async () => {
    const agent = workingAgent();
    agent.memory.runner = () => undefined;
    agent.memory.launcher.inspect = () => Promise.reject(new AgentError('launch-failed', 'Denied.'));
    agent.memory.works.reporter = false;
    await failsWith(agent, /its command did not start within 540 s\. Check that the subnets reach ECR/);
  });

  it.each([false, true])('says that the image could not be pulled (may pass: %s)', async (mayPass) => {
    const agent = workingAgent();
    agent.memory.runner = () => undefined;
    const cause = 'the image could not be pulled (CannotPullContainerError). Check the subnets';
    agent.memory.launcher.inspect = async () => ({ running: false, cause, mayPass });
    await failsWith(
      agent,
      /: the image could not be pulled \(CannotPullContainerError\)\. Check the subnets\.$/,
    );
  });

  it('says that the command did not end', async () => {
    const agent = workingAgent();
    const { ledger } = agent.memory;
    agent.memory.runner = () => {
      ledger.create(id, 'started', {
        by: 'runner',
        launchId: 'launch-1',
        startedAt: agent.memory.clock.now(),
      });
      return undefined;
    };
    await failsWith(agent, /its command started, but did not end within 540 s\. .*log of the runners/);
  });

  it('names redaction when its service gives no answer', async () => {
    const agent = workingAgent();
    agent.memory.redactor = broken({ retryable: true });
    await failsWith(
      agent,
      /its task has ended, but its output was not redacted within 150 s after its end\. Check the redaction set/,
    );
  });

  it('names redaction when the output is withheld, with the cause', async () => {
    const agent = workingAgent();
    agent.memory.redactor = broken({ retryable: false });
    await failsWith(agent, /its output could not be redacted\. .*withheld.* The guardrail does not exist\. /);
  });

  it('names redaction when the reporter cannot start', async () => {
    const agent = workingAgent();
    agent.memory.works.reporter = false;
    await failsWith(agent, /its output was not redacted within 150 s after its end\. .*log of the reporter/);
  });

  it('says that the output was redacted when only the report is missing', async () => {
    const agent = workingAgent();
    const { create } = agent.memory.ledger;
    agent.memory.ledger.create = async (of, name, record) => {
      if (name === 'report') throw denied();
      return create(of, name, record);
    };
    await failsWith(
      agent,
      /its output was redacted, but no result of it was reported within 150 s after its end\. .*reporter/,
    );
  });

  it.each([
    ['as it is', planted],
    ['in groups', '4111 1111-1111 1111'],
  ])('says that the number came back %s, and does not quote it', async (_, number) => {
    const agent = workingAgent();
    agent.memory.redactor = secretsOnlyRedactor();
    agent.memory.runner = () => ({ frames: [stdout(`card: ${number}\n`)], result: { exitCode: 1 } });
    await failsWith(agent, /its output came back unredacted: the card number that it prints is in its log/);
    agent.memory.runner = realBash;
    await expect(agent.test({ RequestId: 'two' })).rejects.toThrow(/came back unredacted/);
  });

  it('says that a container without output ended with an exit code', async () => {
    const agent = workingAgent();
    agent.memory.runner = () => ({ frames: [], result: { exitCode: 127 } });
    await failsWith(
      agent,
      /it did not end well\. Its log says: The command printed nothing .* exit code 127\./,
    );
  });

  it('does not take the right output for enough', async () => {
    const agent = workingAgent();
    agent.memory.runner = (script) => {
      const ran = realBash(script);
      return ran && { ...ran, result: { exitCode: 3 } };
    };
    await failsWith(agent, /it did not end well\. Its log says: The self-test of the agent prints/);
  });

  it('misses each of the streams', async () => {
    for (const stream of ['stdout', 'stderr']) {
      const agent = workingAgent();
      agent.memory.runner = (script) => {
        const ran = realBash(script);
        return ran && { ...ran, frames: ran.frames.filter((frame) => frame.stream !== stream) };
      };
      const missing = stream === 'stdout' ? 'output' : 'error';
      await failsWith(
        agent,
        new RegExp(`what it prints on standard ${missing} did not come back\\. Its log says:`),
      );
    }
  });

  it('wants the number to be found, not only to be gone', async () => {
    const agent = workingAgent();
    agent.memory.runner = (script) => {
      const ran = realBash(script.replaceAll('$last', ''));
      return ran;
    };
    await failsWith(agent, /redaction found 0 of the 2 card numbers that it prints/);
  });

  it('says what is wrong with the ledger when it stays out of reach', async () => {
    const agent = workingAgent();
    agent.memory.ledger.create = async () => {
      throw denied();
    };
    await failsWith(agent, /^The ledger cannot be used: s3:PutObject was denied\.$/);
    expect(agent.memory.clock.now() - Date.UTC(2026, 0, 1)).toBeLessThan(90_000);
  });

  it('is short, whatever its log says', async () => {
    const agent = workingAgent();
    agent.memory.runner = () => ({
      frames: [stderr('no such file\n\n'.repeat(1000))],
      result: { exitCode: 1 },
    });
    await failsWith(agent, /^.{50,1000}$/);
  });
});

function broken(options: { retryable: boolean }) {
  const redactor = localRedactor();
  return {
    message: redactor.message,
    // biome-ignore lint/correctness/useYield: it never gets that far.
    async *output(): AsyncGenerator<never> {
      throw new AgentError('redaction-failed', 'The guardrail does not exist.', options);
    },
  };
}
