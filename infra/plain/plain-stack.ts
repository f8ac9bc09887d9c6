import {
  CfnCondition,
  type CfnParameter,
  CfnRule,
  Fn,
  type IStackSynthesizer,
  SecretValue,
  Stack,
} from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge, inBothStandards } from '../acknowledge.ts';
import { onlyIf } from '../conditions.ts';
import { packageVersion } from '../package-files.ts';
import { RunopsAgent } from '../runops-agent.ts';
import type { RunopsAgentProps } from '../runops-agent-props.ts';
import { tellOutputs } from '../stack-outputs.ts';
import { plainParameters } from './parameters.ts';
import { type Places, PlainSynthesizer } from './plain-synthesizer.ts';

export interface PlainStackProps {
  readonly images: NonNullable<RunopsAgentProps['images']>;
  readonly places: Places;
}

/** The agent for those who have no CDK: what `runops-agent.json` says elsewhere, parameters of a template say here. */
export class PlainStack extends Stack {
  readonly agent: RunopsAgent;

  constructor(scope: Construct, id: string, { images, places }: PlainStackProps) {
    super(scope, id, {
      description: `Runops agent ${packageVersion}: runs tasks of Runops here, each in a container of its own`,
      // CDK's class and its interface differ in `bootstrapQualifier?: string` and `string | undefined`.
      synthesizer: new PlainSynthesizer(places) as IStackSynthesizer,
    });
    const given = plainParameters(this);
    const text = (name: keyof typeof given) => given[name].valueAsString;
    this.agent = new RunopsAgent(this, 'Agent', {
      images,
      tokenSecret: secretWith(this, given.AgentToken),
      apiUrl: text('ApiUrl'),
      tags: text('Tags'),
      identity: { jwkUrl: text('JwkUrl'), issuer: text('JwtIssuer'), audience: text('JwtAudience') },
      policy: text('Policy'),
      network: { profile: 'either', subnetIds: text('SubnetIds') },
      monitoring: { email: text('AlarmEmail') },
      monthlyBudgetDollars: given.MonthlyBudgetDollars.valueAsNumber,
    });
    const noBudget = Fn.conditionEquals(Fn.ref('MonthlyBudgetDollars'), '0');
    const isBudgeted = new CfnCondition(this, 'IsBudgeted', { expression: Fn.conditionNot(noBudget) });
    if (this.agent.budget) onlyIf(isBudgeted, this.agent.budget);
    this.refuseHalfAnIdentity(text('JwkUrl'), [text('JwtIssuer'), text('JwtAudience')]);
    tellOutputs(this, this.agent);
  }

  /** Nobody would look at an issuer or an audience without keys, and who typed it in believes that somebody does. */
  private refuseHalfAnIdentity(jwkUrl: string, claims: readonly string[]): void {
    const isFilled = (text: string) => Fn.conditionNot(Fn.conditionEquals(text, ''));
    new CfnRule(this, 'IdentityHasKeys', {
      ruleCondition: Fn.conditionOr(...claims.map(isFilled)),
      assertions: [
        {
          assert: isFilled(jwkUrl),
          assertDescription:
            'JwtIssuer and JwtAudience are compared with verified tokens only: fill in JwkUrl too.',
        },
      ],
    });
  }
}

/** The token in a secret of its own, whose name CloudFormation makes: no container reads it. */
function secretWith(scope: Construct, token: CfnParameter): ISecret {
  const secret = new Secret(scope, 'Token', {
    description: "Runops agent: the organisation's token",
    secretStringValue: SecretValue.cfnParameter(token),
  });
  acknowledge(secret, 'Runops gives out tokens: a new one is typed into an update of the stack.', [
    ...['AwsSolutions-SMG4', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
  ]);
  acknowledge(
    secret,
    'The key of Secrets Manager: it lets nobody in who may not read the secret.',
    inBothStandards('SecretsManagerUsingKMSKey'),
  );
  // CDK's class and its interface differ in `secretFullArn?: string` and `string | undefined`.
  return secret as ISecret;
}
