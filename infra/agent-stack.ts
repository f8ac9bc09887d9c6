import { Stack, type StackProps } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { AppSettings } from './app-settings.ts';
import { RunopsAgent } from './runops-agent.ts';
import { tellOutputs } from './stack-outputs.ts';

/** The stack that `npx cdk deploy` makes: one agent, and the links to its pages. `runops-agent.ts` has the contents. */
export class AgentStack extends Stack {
  readonly agent: RunopsAgent;

  constructor(
    scope: Construct,
    id: string,
    { tokenSecret, ...settings }: AppSettings,
    props: StackProps = {},
  ) {
    super(scope, id, { description: 'Runops agent', ...props });
    const secret = tokenSecret.startsWith('arn:')
      ? Secret.fromSecretAttributes(this, 'Token', arnOf(tokenSecret))
      : Secret.fromSecretNameV2(this, 'Token', tokenSecret);
    this.agent = new RunopsAgent(this, 'Agent', { ...settings, tokenSecret: secret });
    tellOutputs(this, this.agent);
  }
}

/** Secrets Manager appends a hyphen and six characters to a name. */
function arnOf(arn: string) {
  return /-\w{6}$/.test(arn) ? { secretCompleteArn: arn } : { secretPartialArn: arn };
}
