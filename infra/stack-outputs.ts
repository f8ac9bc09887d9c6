import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { linkToConsole } from './console-links.ts';
import type { RunopsAgent } from './runops-agent.ts';

/** What a stack with one agent says once it is there: its pages, what became of its self-test, and what will stay. */
export function tellOutputs(stack: Stack, agent: RunopsAgent): void {
  linkToConsole(stack, agent);
  if (agent.selfTest) {
    new CfnOutput(stack, 'SelfTest', {
      description: 'What became of the task with which the deployment tried itself out',
      value: agent.selfTest.summary,
    });
  }
  const { ledger, output, logs } = agent.storage;
  const buckets = [ledger, output, logs].map(({ bucketName }) => bucketName).join(', ');
  new CfnOutput(stack, 'KeptAfterDeletion', {
    description: 'What stays when this stack is deleted, as evidence of what ran',
    value: `Buckets ${buckets}; KMS key ${agent.keys.data.keyId}`,
  });
}
