import { Arn, ArnFormat, Aws, type CfnCondition, Stack } from 'aws-cdk-lib';
import { CfnSlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSubscription, type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { either, onlyIf, whetherFilled } from './conditions.ts';
import { allow, roleWith } from './permissions.ts';

export interface AlarmTopicProps {
  /** The ARN of a topic that is there already. */
  readonly alarmTopic?: string | undefined;
  readonly email?: string | undefined;
  readonly slack?: SlackChannel | undefined;
  readonly agentName: string;
  readonly key: IKey;
}

export interface SlackChannel {
  /** The workspace, which Amazon Q Developer in chat applications has been let into once: docs/operations.md. */
  readonly workspaceId: string;
  readonly channelId: string;
}

/** Where alarms go: a topic of SNS, and from there by e-mail and to Slack. */
export class AlarmTopic extends Construct {
  /** Undefined when nobody wants to be told. */
  readonly topic: ITopic | undefined;
  /** What an alarm does, where somebody wants to be told. */
  readonly action: IAlarmAction | undefined;
  /** Where it is a parameter of the template whether there is a topic at all. */
  readonly told: CfnCondition | undefined;
  private readonly own: { topic: Topic; key: IKey } | undefined;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const { alarmTopic, email, slack, agentName, key } = props;
    if (!alarmTopic && !email && !slack) return;
    if (!alarmTopic) this.own = { topic: ownTopic(this, key), key };
    const topic = this.own?.topic ?? Topic.fromTopicArn(this, 'Given', alarmTopic ?? '');
    const mailed = whetherFilled(this, 'IsMailed', email);
    // An address that is left empty takes away the topic that is there for it alone.
    const told = alarmTopic || slack ? undefined : mailed;
    this.told = told;
    this.topic = topic;
    this.action = told ? actionIf(told, topic) : new SnsAction(topic);
    if (email) {
      const mail = new CfnSubscription(this, 'Email', {
        ...{ topicArn: topic.topicArn, protocol: 'email', endpoint: email },
      });
      acknowledge(mail, 'A mail that cannot be delivered is no use later: the alarm is in the console.', [
        'Serverless-SNSRedrivePolicy',
      ]);
      onlyIf(mailed, mail);
    }
    onlyIf(told, topic);
    if (slack) this.tellSlack(slack, agentName, topic);
  }

  /** A topic that was given has a policy of its own. */
  letBudgetsPublish(): void {
    if (!this.own) return;
    const { partition, account } = Stack.of(this);
    // https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    letPublish(this.own, 'budgets.amazonaws.com', `arn:${partition}:budgets::${account}:*`);
  }

  private tellSlack({ workspaceId, channelId }: SlackChannel, agentName: string, topic: ITopic): void {
    const role = roleWith(this, 'SlackRole', {
      description: 'Runops agent: alarms in Slack come with their graphs',
      assumedBy: new ServicePrincipal('chatbot.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      permissions: [
        allow(['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData'], ['*'], {
          star: 'Metrics are no resources, and the graph of an alarm may be of any.',
        }),
      ],
    });
    new CfnSlackChannelConfiguration(this, 'Slack', {
      configurationName: `${agentName}-alarms`,
      slackWorkspaceId: workspaceId,
      slackChannelId: channelId,
      snsTopicArns: [topic.topicArn],
      iamRoleArn: role.roleArn,
      loggingLevel: 'NONE',
      // The most that anybody in the channel can do by asking there. Without it that is AdministratorAccess:
      // https://docs.aws.amazon.com/chatbot/latest/adminguide/understanding-permissions.html
      guardrailPolicies: [
        Arn.format(
          {
            ...{ service: 'iam', region: '', account: 'aws', resource: 'policy' },
            resourceName: 'CloudWatchReadOnlyAccess',
          },
          Stack.of(this),
        ),
      ],
    });
  }
}

function actionIf(told: CfnCondition, { topicArn }: ITopic): IAlarmAction {
  return { bind: () => ({ alarmActionArn: either(told, topicArn, Aws.NO_VALUE) }) };
}

/** Encrypted by the agent's own key, which the alarms of this account may use. Nobody speaks to it without TLS. */
function ownTopic(scope: Construct, key: IKey): Topic {
  const topic = new Topic(scope, 'Topic', {
    displayName: 'Runops agent',
    masterKey: key,
    enforceSSL: true,
  });
  const alarms = Stack.of(scope).formatArn({
    ...{ service: 'cloudwatch', resource: 'alarm', resourceName: '*' },
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  letPublish({ topic, key }, 'cloudwatch.amazonaws.com', alarms);
  return topic;
}

/** For what belongs to this account alone: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html */
function letPublish({ topic, key }: { topic: Topic; key: IKey }, service: string, sourceArn: string): void {
  const principals = [new ServicePrincipal(service)];
  const conditions = {
    ArnLike: { 'aws:SourceArn': sourceArn },
    StringEquals: { 'aws:SourceAccount': Stack.of(topic).account },
  };
  const resources = [topic.topicArn];
  topic.addToResourcePolicy(
    new PolicyStatement({ principals, actions: ['sns:Publish'], resources, conditions }),
  );
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
  const actions = ['kms:Decrypt', 'kms:GenerateDataKey*'];
  key.addToResourcePolicy(new PolicyStatement({ principals, actions, resources: ['*'], conditions }));
}
