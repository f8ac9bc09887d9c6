import { setTimeout } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { Emulator } from '../../support/emulator.ts';

/** How an operation on a stack ended. */
export interface StackEnd {
  status: string;
  outputs: Record<string, string>;
  /** The reasons of the events that failed, the first one first. */
  failures: string[];
}

export interface StackInput {
  StackName: string;
  TemplateURL: string;
  parameters: Record<string, string>;
}

/** What a person does in the console of CloudFormation, and waits for. */
export function stacks({ clientOptions }: Emulator) {
  const client = new CloudFormationClient(clientOptions);

  async function ended(StackName: string): Promise<StackEnd> {
    for (;;) {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      const status = stack?.StackStatus ?? 'MISSING';
      if (!/_IN_PROGRESS$/.test(status)) {
        const outputs = (stack?.Outputs ?? []).map(
          ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
        );
        return { status, outputs: Object.fromEntries(outputs), failures: await failuresOf(StackName) };
      }
      await setTimeout(1000);
    }
  }

  async function failuresOf(StackName: string): Promise<string[]> {
    const events: StackEvent[] = [];
    for await (const page of paginateDescribeStackEvents({ client }, { StackName })) {
      events.push(...(page.StackEvents ?? []));
    }
    return events
      .toReversed()
      .filter(({ ResourceStatus = '' }) => /_FAILED$/.test(ResourceStatus))
      .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`);
  }

  return {
    async create({ parameters, ...input }: StackInput): Promise<StackEnd> {
      const { StackId = '' } = await client.send(
        new CreateStackCommand({ ...input, ...givenTo(parameters) }),
      );
      return ended(StackId);
    },
    async update({ parameters, ...input }: StackInput): Promise<StackEnd> {
      const { StackId = '' } = await client.send(
        new UpdateStackCommand({ ...input, ...givenTo(parameters) }),
      );
      return ended(StackId);
    },
    async delete(StackName: string): Promise<StackEnd> {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      const StackId = stack?.StackId ?? StackName;
      await client.send(new DeleteStackCommand({ StackName }));
      return ended(StackId);
    },
    /** The names of all stacks that are there. */
    async names(): Promise<string[]> {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
      return Stacks.flatMap(({ StackName }) => StackName ?? []);
    },
  };
}

/** The box that one ticks in the console is a capability here. */
function givenTo(parameters: Record<string, string>) {
  return {
    Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const],
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
  };
}
