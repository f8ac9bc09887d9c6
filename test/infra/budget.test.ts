import { App, CfnCondition, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { RunopsAgent } from '../../infra/runops-agent.ts';
import { filledIn, givenImages, type Synthesized, synthesize } from '../support/synthesize.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:oncall';
const budgetOf = ({ all }: Synthesized) => all('AWS::Budgets::Budget').map(({ properties }) => properties);
const policiesOf = ({ all }: Synthesized) =>
  JSON.stringify([all('AWS::SNS::TopicPolicy'), all('AWS::KMS::Key')]);
const email = { email: 'oncall@example.com' };
const wanted = synthesize({ name: 'prod', monthlyBudgetDollars: 50, monitoring: email });

describe('a budget', () => {
  it('is there when it is wanted, and nobody may publish for it otherwise', () => {
    expect(budgetOf(synthesize({ monitoring: email }))).toEqual([]);
    expect(policiesOf(synthesize({ monitoring: email }))).not.toContain('budgets');
    expect(budgetOf(wanted)).toHaveLength(1);
  });

  it('counts what has the tag of this agent, in dollars a month', () => {
    expect(budgetOf(wanted)[0]?.Budget).toEqual({
      ...{ BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 50, Unit: 'USD' } },
      CostFilters: { TagKeyValue: ['user:runops-agent$prod'] },
    });
  });

  it('tells those who are told alarms: at 80 % of it, and when the month is going to cost all', () => {
    const [budget] = budgetOf(synthesize({ monthlyBudgetDollars: 50, monitoring: { alarmTopic: topicArn } }));
    const Subscribers = [{ SubscriptionType: 'SNS', Address: topicArn }];
    const above = { ThresholdType: 'PERCENTAGE', ComparisonOperator: 'GREATER_THAN' };
    expect(budget?.NotificationsWithSubscribers).toEqual([
      { Notification: { ...above, NotificationType: 'ACTUAL', Threshold: 80 }, Subscribers },
      { Notification: { ...above, NotificationType: 'FORECASTED', Threshold: 100 }, Subscribers },
    ]);
    const own = Object(budgetOf(wanted)[0]?.NotificationsWithSubscribers)[0].Subscribers[0].Address;
    expect(own).toEqual({ Ref: wanted.all('AWS::SNS::Topic')[0]?.id });
  });

  it('may publish to the topic of this stack and use its key, for this account alone', () => {
    const isOfBudgets = (statement: object) => JSON.stringify(statement).includes('budgets.amazonaws.com');
    const [topicPolicy] = wanted.all('AWS::SNS::TopicPolicy');
    const key = wanted.all('AWS::KMS::Key').find(({ id }) => id.includes('Data'));
    const documents = [topicPolicy?.properties.PolicyDocument, key?.properties.KeyPolicy];
    for (const document of documents) {
      const statements: { Condition: Record<string, Record<string, unknown>> }[] =
        Object(document).Statement.filter(isOfBudgets);
      expect(statements).toHaveLength(1);
      const { StringEquals, ArnLike } = statements[0]?.Condition ?? {};
      expect(filledIn(StringEquals?.['aws:SourceAccount'])).toBe('123456789012');
      expect(filledIn(ArnLike?.['aws:SourceArn'])).toBe('arn:aws:budgets::123456789012:*');
    }
  });

  it('is seen in the console alone when nobody is told anything', () => {
    for (const monitoring of [{}, false]) {
      const [budget] = budgetOf(synthesize({ monthlyBudgetDollars: 50, monitoring }));
      expect(budget).toHaveProperty('Budget');
      expect(budget).not.toHaveProperty('NotificationsWithSubscribers');
    }
  });

  it('must be more than nothing', () => {
    expect(() => synthesize({ monthlyBudgetDollars: 0 })).toThrow(/monthlyBudgetDollars/);
    expect(() => synthesize({ monthlyBudgetDollars: 'much' })).toThrow(/monthlyBudgetDollars/);
  });

  it('may be a parameter of a template, and there only where it is given', () => {
    const app = new App({ analyticsReporting: false });
    const stack = new Stack(app, 'theirs');
    const given = new CfnParameter(stack, 'Budget', { type: 'Number', default: 0 });
    const isGiven = Fn.conditionNot(Fn.conditionEquals(given.valueAsString, '0'));
    const agent = new RunopsAgent(stack, 'Agent', {
      ...{ tokenSecret: Secret.fromSecretNameV2(stack, 'Token', 'token'), images: givenImages },
      monthlyBudgetDollars: given.valueAsNumber,
    });
    const condition = new CfnCondition(stack, 'HasBudget', { expression: isGiven });
    if (agent.budget) agent.budget.resource.cfnOptions.condition = condition;
    const { Resources } = app.synth().getStackByName('theirs').template;
    const [budget] = Object.values<{ Type: string; Condition?: string; Properties: object }>(
      Resources,
    ).filter(({ Type }) => Type === 'AWS::Budgets::Budget');
    expect(budget?.Condition).toBe('HasBudget');
    expect(budget?.Properties).toMatchObject({ Budget: { BudgetLimit: { Amount: { Ref: 'Budget' } } } });
  });
});

describe('the tag of the agent', () => {
  const tagsOf = (properties: Record<string, unknown>) =>
    JSON.stringify(properties.Tags ?? []).includes('{"Key":"runops-agent","Value":"prod"}');

  it.each([
    ...['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::KMS::Key', 'AWS::ECS::Cluster'],
    ...['AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret', 'AWS::CloudWatch::Alarm', 'AWS::SNS::Topic'],
    ...['AWS::ECS::TaskDefinition', 'AWS::EC2::VPC', 'AWS::IAM::Role'],
  ])('is on each %s', (type) => {
    const resources = wanted.all(type);
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.filter(({ properties }) => !tagsOf(properties)).map(({ id }) => id)).toEqual([]);
  });

  it('gets to the containers: the dispatcher may tag those that it starts, and no others', () => {
    const dispatcher = wanted.all('AWS::IAM::Role').find(({ id }) => id.includes('DispatcherRole'));
    const [{ PolicyDocument }] = Object(dispatcher?.properties).Policies;
    const statement = PolicyDocument.Statement.find(
      ({ Action }: { Action: string }) => Action === 'ecs:TagResource',
    );
    expect(statement.Condition).toEqual({ StringEquals: { 'ecs:CreateAction': 'RunTask' } });
    expect(filledIn(statement.Resource)).toMatch(/^arn:aws:ecs:.*:task\/.+\/\*$/);
  });
});
