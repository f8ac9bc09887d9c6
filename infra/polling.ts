import { Construct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { PollerEnv } from '../functions/poller/env.ts';
import { AgentFunction } from './agent-function.ts';
import type { AgentParts } from './agent-parts.ts';
import { EveryMinute } from './every-minute.ts';
import { ledgerPermissions } from './ledger-permissions.ts';
import { allow } from './permissions.ts';

export interface PollingProps extends AgentParts {
  readonly capabilities: string;
  readonly pollMilliseconds: number | undefined;
  readonly reservedConcurrency: number | undefined;
}

/** Asks the API for tasks, for a minute at a time and about once a second. */
export class Polling extends Construct {
  readonly poller: AgentFunction;
  readonly everyMinute: EveryMinute;

  constructor(scope: Construct, id: string, props: PollingProps) {
    super(scope, id);
    const { queues, functions, shared, token } = props;
    const { dispatches, kills } = queues;
    const variables: VariablesOf<PollerEnv> = {
      ...shared,
      DISPATCHES_QUEUE: dispatches.queue.queueUrl,
      KILLS_QUEUE: kills.queue.queueUrl,
      CAPABILITIES: props.capabilities,
      POLL_MILLISECONDS: props.pollMilliseconds?.toString(),
    };
    const records = { reads: ['work/*'], creates: ['work/*/task', 'work/*/kill', 'open/*'], closes: false };
    this.poller = new AgentFunction(this, 'Poller', {
      ...functions,
      name: 'poller',
      description: 'Runops agent: asks the API for tasks and puts them into the queue',
      memoryMiB: 256,
      // It polls for a minute; the first one of a process registers the agent before that.
      timeoutSeconds: 120,
      reservedConcurrency: props.reservedConcurrency,
      variables,
      permissions: [
        ...token,
        allow(['sqs:SendMessage'], [dispatches.queue.queueArn, kills.queue.queueArn]),
        ...ledgerPermissions(records, props),
      ],
    });
    this.everyMinute = new EveryMinute(this, 'EveryMinute', {
      call: this.poller.function,
      description: 'Runops agent: the poller polls for a minute',
    });
  }
}
