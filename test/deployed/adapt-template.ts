import type { Template } from './prune-template.ts';

/** What the emulator understands otherwise than AWS, in words that mean the same to both. */
export function adaptTemplate(template: Template): Template {
  const isSecret = (id: unknown) =>
    typeof id === 'string' && template.Resources[id]?.Type === 'AWS::SecretsManager::Secret';
  // It fills in no variables of policies: that one execution cannot reach another's records is proven elsewhere.
  const text = JSON.stringify(template).replaceAll('${aws:PrincipalTag/execution}', '*');
  return JSON.parse(text, (key, value) => {
    // `Ref` gives the ARN on AWS and the name here:
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    if (isSecret(value?.Ref)) return { 'Fn::GetAtt': [value.Ref, 'Id'] };
    // It takes the name in this call for the name of a rule.
    if ([value?.Action].flat().includes('events:DescribeEventBus'))
      return { ...value, Resource: [value.Resource, 'arn:aws:events:*:*:rule/default/*'].flat() };
    // No request here has these two condition keys, so that whoever asks for them is denied.
    if (key === 'Statement' && Array.isArray(value))
      return value.filter((statement) => !asksForIfNoneMatch(statement));
    return key === 'Condition' ? withoutSourceAccount(value) : value;
  });
}

function withoutSourceAccount(condition: unknown): unknown {
  const { StringEquals, ...others } = (condition ?? {}) as Record<string, Record<string, unknown>>;
  if (!StringEquals || !('aws:SourceAccount' in StringEquals)) return condition;
  const { 'aws:SourceAccount': _, ...equal } = StringEquals;
  return { ...others, ...(Object.keys(equal).length > 0 && { StringEquals: equal }) };
}

function asksForIfNoneMatch(statement: unknown): boolean {
  return JSON.stringify(statement).includes('"s3:if-none-match"');
}
