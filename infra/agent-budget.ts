import { Aws, type CfnCondition, Fn, Tags } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';

/** A cost allocation tag: the bill shows by it what an agent costs, once somebody has activated it. */
export const costTag = 'runops-agent';

/** Puts the tag on everything of the agent that can have one; its containers get it from their task definition. */
export function tagAll(agent: Construct, agentName: string): void {
  // CDK would tag dashboards too, but the schema of their resource that templates are checked by has no tags.
  Tags.of(agent).add(costTag, agentName, { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] });
}

export interface BudgetSettings {
  /**
   * What the agent may cost in a month, in US dollars: those who are told alarms hear of it at 80 % of it, and when the
   * month is going to cost all of it. Its tag has to be activated once: docs/operations.md.
   * @default - no budget
   */
  readonly monthlyBudgetDollars?: number;
}

export interface AgentBudgetProps {
  /** US dollars a month; may be a parameter. */
  readonly dollars: number;
  readonly agentName: string;
  /** Where alarms go. Without it the budget is seen in the console alone, as alarms are. */
  readonly topic: AlarmTopic | undefined;
}

/** What the agent may cost in a month, by the bill itself, and who is told before it does. */
export class AgentBudget extends Construct {
  readonly resource: CfnBudget;

  constructor(scope: Construct, id: string, { dollars, agentName, topic: alarms }: AgentBudgetProps) {
    super(scope, id);
    alarms?.letBudgetsPublish();
    // Without a name of ours, because another subscriber replaces it:
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
    this.resource = new CfnBudget(this, 'Budget', {
      budget: {
        ...{ budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: dollars, unit: 'USD' } },
        costFilters: { TagKeyValue: [`user:${costTag}$${agentName}`] },
      },
    });
    if (alarms?.topic) this.notify(alarms.topic, alarms.told);
  }

  /** As it is in the template, where a parameter may say that nobody is told. */
  private notify({ topicArn }: ITopic, told: CfnCondition | undefined): void {
    const Subscribers = [{ SubscriptionType: 'SNS', Address: topicArn }];
    const notifications = [
      { Notification: above(80, 'ACTUAL'), Subscribers },
      { Notification: above(100, 'FORECASTED'), Subscribers },
    ];
    const value = told ? Fn.conditionIf(told.logicalId, notifications, Aws.NO_VALUE) : notifications;
    this.resource.addPropertyOverride('NotificationsWithSubscribers', value);
  }
}

function above(Threshold: number, NotificationType: 'ACTUAL' | 'FORECASTED') {
  return { NotificationType, Threshold, ThresholdType: 'PERCENTAGE', ComparisonOperator: 'GREATER_THAN' };
}
