import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../adapters/aws/parse-settings.ts';
import { AgentError } from '../../core/errors.ts';
import type { LogFields } from '../../core/log.ts';
import { takeMessages } from '../../functions/dispatcher/take-messages.ts';

const dispatches = 'arn:aws:sqs:eu-west-1:111122223333:dispatches.fifo';
const kills = 'arn:aws:sqs:eu-west-1:111122223333:kills.fifo';

const sqsEvent = (arn: string, body: unknown = { executionId: '7' }) => ({
  Records: [{ eventSource: 'aws:sqs', eventSourceARN: arn, body: JSON.stringify(body) }],
});

function dispatcher(fail?: Error) {
  const taken: string[] = [];
  const failed: LogFields[] = [];
  const take = (what: string) => async (id: string) => {
    taken.push(`${what} ${id}`);
    if (fail) throw fail;
  };
  const queues = new Map([
    [dispatches, take('dispatch')],
    [kills, take('kill')],
  ]);
  const log = { info() {}, error: (_: string, fields: LogFields = {}) => void failed.push(fields) };
  return { taken, failed, run: (event: unknown) => takeMessages({ queues, log }, event) };
}

describe('the messages of the dispatcher', () => {
  it('are told apart by their queue', async () => {
    const { taken, run } = dispatcher();
    await run(sqsEvent(dispatches));
    await run(sqsEvent(kills, { executionId: '8' }));
    expect(taken).toEqual(['dispatch 7', 'kill 8']);
  });

  it('of any other queue are refused with its name and those that are known', async () => {
    const { taken, run } = dispatcher();
    await expect(run(sqsEvent('arn:aws:sqs:eu-west-1:111122223333:other'))).rejects.toThrow(
      /queue arn:\S+:other; the dispatcher takes those of arn:\S+dispatches.fifo and arn:\S+kills.fifo/,
    );
    expect(taken).toEqual([]);
  });

  it.each([[{}], [null], [{ Records: [] }], [{ Records: [{ eventSource: 'aws:s3' }] }], ['text']])(
    'are nothing else: %j',
    async (event) => {
      await expect(dispatcher().run(event)).rejects.toThrow('is not a message of SQS');
    },
  );

  it('must name an execution', async () => {
    await expect(dispatcher().run(sqsEvent(dispatches, { id: 7 }))).rejects.toThrow('{"executionId": "…"}');
  });

  it('stay in their queue when the failure may pass, and are logged', async () => {
    const busy = new AgentError('ledger-failed', 'Execution 7 is being dispatched elsewhere.', {
      retryable: true,
    });
    const { failed, run } = dispatcher(busy);
    await expect(run(sqsEvent(dispatches))).rejects.toBe(busy);
    expect(failed).toEqual([
      {
        taskId: '7',
        code: 'ledger-failed',
        retryable: true,
        cause: 'Execution 7 is being dispatched elsewhere.',
      },
    ]);
  });

  it('that fail in a way that nobody foresaw are logged without the words of the error', async () => {
    const { failed, run } = dispatcher(new TypeError('select * from customers is not a function'));
    await expect(run(sqsEvent(dispatches))).rejects.toThrow(TypeError);
    expect(failed).toEqual([{ taskId: '7', code: 'unexpected', retryable: false, cause: 'TypeError' }]);
  });
});

describe('the settings of the dispatcher', () => {
  const settings = {
    policy: { runSeconds: 60, targets: {} },
    network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true },
    taskDefinitions: { shell: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/shell:1' },
    targets: {},
  };

  it('are read from the text of their secret', () => {
    expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
  });

  it('are refused, with each bad field and none of its values', () => {
    const text = JSON.stringify({ ...settings, network: { subnets: 'hunter2', securityGroups: ['sg-1'] } });
    expect(() => parseSettings(text)).toThrow(
      /network.subnets: must be an array; network.publicIp: must be a boolean/,
    );
    expect(() => parseSettings('hunter2')).toThrow(/SETTINGS_SECRET is not valid/);
  });
});
