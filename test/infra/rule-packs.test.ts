import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { PlainStack } from '../../infra/plain/plain-stack.ts';
import { givenImages, synthesize } from '../support/synthesize.ts';

const packs = [
  new AwsSolutionsChecks(),
  new ServerlessChecks(),
  new NIST80053R5Checks(),
  new PCIDSS321Checks(),
];

/** Which rule is broken where, save for what the code acknowledges with its reason. */
function broken(settings: Record<string, unknown>): string[] {
  return brokenIn(synthesize(settings).app);
}

function brokenIn(app: App): string[] {
  return packs.flatMap((pack) =>
    pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
  );
}

describe('the packs AwsSolutions, Serverless, NIST 800-53 and PCI DSS have nothing to say about', () => {
  it('the defaults', () => {
    expect(broken({})).toEqual([]);
  });

  it('an agent with all that can be set', () => {
    expect(
      broken({
        tracing: true,
        audit: { bucket: true },
        monitoring: {
          ...{ email: 'oncall@example.com', slack: { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' } },
        },
        pollerConcurrency: 1,
        secrets: { by: 'tag', key: 'runops', value: 'yes' },
        secretKeys: ['arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'],
        secretVariables: { MY_DB: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:my-db' },
        redaction: { bedrockGuardrail: { guardrail: 'abc123', version: '1' } },
        vault: {
          ...{ address: 'https://vault.example.com', login: 'approle', roleId: 'runops' },
          secretId: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:vault',
        },
        targets: { orders: { secrets: ['arn:aws:secretsmanager:us-east-1:123456789012:secret:orders'] } },
      }),
    ).toEqual([]);
  });

  it('the plain template', () => {
    const app = new App({ analyticsReporting: false });
    const places = { bucket: 'assets', keep: (name: string) => name, need: () => {} };
    new PlainStack(app, 'plain', { images: givenImages, places });
    expect(brokenIn(app)).toEqual([]);
  });

  it('containers in private subnets', () => {
    const network = {
      profile: 'private',
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0'],
    };
    expect(broken({ network })).toEqual([]);
  });
});
