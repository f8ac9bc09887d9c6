/** How a resource of a type is drawn. */
export interface NodeKind {
  readonly noun: string;
  /** What Mermaid has around the label: https://mermaid.js.org/syntax/flowchart.html#node-shapes */
  readonly shape: readonly [before: string, after: string];
  /** There are many, and they differ in their names alone: one node for all of them. */
  readonly together?: true;
}

const [box, rounded, barrel, hexagon, pipe] = [
  ['[', ']'],
  ['(', ')'],
  ['[(', ')]'],
  ['{{', '}}'],
  ['[[', ']]'],
] as const;

/** The types that are drawn. What else a template has is named below the picture. */
const kinds: Readonly<Record<string, NodeKind>> = {
  'AWS::Budgets::Budget': { noun: 'budget', shape: hexagon },
  'AWS::CloudFormation::CustomResource': { noun: 'step of the deployment', shape: hexagon },
  'AWS::CloudWatch::Alarm': { noun: 'alarm', shape: hexagon, together: true },
  'AWS::CloudWatch::CompositeAlarm': { noun: 'composite alarm', shape: hexagon, together: true },
  'AWS::CloudWatch::Dashboard': { noun: 'dashboard', shape: box },
  'AWS::ECS::Cluster': { noun: 'ECS cluster', shape: box },
  'AWS::ECS::TaskDefinition': { noun: 'task definition', shape: rounded, together: true },
  'AWS::Events::EventBus': { noun: 'event bus', shape: pipe },
  'AWS::Events::Rule': { noun: 'event rule', shape: hexagon },
  'AWS::IAM::Role': { noun: 'role', shape: box },
  'AWS::KMS::Key': { noun: 'KMS key', shape: barrel },
  'AWS::Lambda::Function': { noun: 'function', shape: rounded },
  'AWS::Logs::LogGroup': { noun: 'log group', shape: barrel, together: true },
  'AWS::S3::Bucket': { noun: 'bucket', shape: barrel },
  'AWS::Scheduler::Schedule': { noun: 'schedule', shape: hexagon },
  'AWS::SecretsManager::Secret': { noun: 'secret', shape: barrel },
  'AWS::SNS::Subscription': { noun: 'subscription', shape: box },
  'AWS::SNS::Topic': { noun: 'topic', shape: pipe },
  'AWS::SQS::Queue': { noun: 'queue', shape: pipe },
};

/** Undefined for what is not drawn. */
export function kindOf(type: string): NodeKind | undefined {
  return kinds[type.startsWith('Custom::') ? 'AWS::CloudFormation::CustomResource' : type];
}

/** What is outside of the template: the API, the identity provider, secrets of targets. */
export const outsideKind: NodeKind = { noun: 'outside', shape: ['([', '])'] };
