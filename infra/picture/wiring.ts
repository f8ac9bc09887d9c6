import type { DrawnResource } from './default-template.ts';
import type { Edge } from './graph.ts';
import { at, listOf, referencesIn, textOf } from './template-value.ts';

/** Types that are arrows themselves, or say who may do what. */
export const arrowTypes: ReadonlySet<string> = new Set([
  'AWS::IAM::Policy',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Permission',
]);

/** What AWS itself carries from one resource to another, by the properties of the one that joins them. */
export function wiring(resource: DrawnResource): Edge[] {
  const { id, type, properties } = resource;
  const find = (...names: string[]) => referencesIn(at(properties, ...names));
  const between = (from: readonly string[], to: readonly string[], verb: string) =>
    from.flatMap((one) => to.map((other) => ({ from: one, to: other, verb })));
  switch (type.startsWith('Custom::') ? 'AWS::CloudFormation::CustomResource' : type) {
    case 'AWS::Lambda::EventSourceMapping':
      return between(find('EventSourceArn'), find('FunctionName'), 'calls');
    case 'AWS::Scheduler::Schedule':
      return between([id], find('Target', 'Arn'), textOf(properties.ScheduleExpression));
    case 'AWS::Events::Rule':
      return [
        ...between([...find('EventPattern'), ...find('EventBusName')], [id], 'tells'),
        ...between(
          [id],
          listOf(properties.Targets).flatMap((one) => referencesIn(at(one, 'Arn'))),
          'calls',
        ),
      ];
    case 'AWS::SQS::Queue': {
      const times = at(properties, 'RedrivePolicy', 'maxReceiveCount');
      return between([id], find('RedrivePolicy'), `after ${times} tries`);
    }
    case 'AWS::CloudFormation::CustomResource':
      return between([id], find('ServiceToken'), 'calls');
    case 'AWS::ECS::TaskDefinition':
      return between([id], find('TaskRoleArn'), 'run as');
    case 'AWS::CloudWatch::Alarm':
    case 'AWS::CloudWatch::CompositeAlarm':
      return between([id], find('AlarmActions'), 'tells');
    case 'AWS::SNS::Subscription':
      return [
        ...between(find('TopicArn'), [id], textOf(properties.Protocol)),
        ...between([id], find('Endpoint'), 'tells'),
      ];
    default:
      return [];
  }
}

/** What an alarm of alarms looks at. */
export function watching({ id, type, properties }: DrawnResource): Edge[] {
  return type === 'AWS::CloudWatch::CompositeAlarm' ? from(properties.AlarmRule, id, 'sum up to') : [];
}

/** What each resource is encrypted with, wherever its type has that property. */
export function encryption({ id, properties }: DrawnResource): Edge[] {
  const keys = [
    ...['KmsKeyId', 'KmsMasterKeyId', 'KmsKeyArn', 'KmsKeyIdentifier'].map((name) => properties[name]),
    at(properties, 'BucketEncryption'),
  ];
  return from(keys, id, 'encrypts');
}

function from(value: unknown, to: string, verb: string): Edge[] {
  return referencesIn(value).map((one) => ({ from: one, to, verb }));
}
