/** A synthesized template, as far as pruning looks at it. */
export interface Template {
  Resources: Record<string, { Type: string; DependsOn?: string | string[]; [key: string]: unknown }>;
  Outputs?: Record<string, unknown>;
  [key: string]: unknown;
}

/** The types that the emulator may lack: what they do is proven by the tests of the template. */
const mayBeMissing = new Set([
  'AWS::Budgets::Budget',
  'AWS::Chatbot::SlackChannelConfiguration',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::EC2::FlowLog',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::ECS::ClusterCapacityProviderAssociations',
  'AWS::Logs::QueryDefinition',
  'AWS::Route53Resolver::FirewallDomainList',
  'AWS::Route53Resolver::FirewallRuleGroup',
  'AWS::Route53Resolver::FirewallRuleGroupAssociation',
  'AWS::Route53Resolver::ResolverQueryLoggingConfig',
  'AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation',
]);

/**
 * The template without the resources of the `unknown` types and without alarms on metric math, which the emulator does
 * not know either, and what was taken out of it.
 * @throws Error where such a type is needed after all, or is one that nobody expected.
 */
export function pruneTemplate(template: Template, unknown: readonly string[]) {
  const unexpected = unknown.filter((type) => !mayBeMissing.has(type));
  if (unexpected.length > 0) {
    throw new Error(
      `The emulator does not know ${unexpected.join(', ')}. Prove it elsewhere and list it here.`,
    );
  }
  const entries = Object.entries(template.Resources);
  const isLacking = ({ Type, Properties }: Template['Resources'][string]) =>
    unknown.includes(Type) || (Type === 'AWS::CloudWatch::Alarm' && Object(Properties).Metrics !== undefined);
  const taken = new Map(
    entries.flatMap(([id, resource]) => (isLacking(resource) ? [[id, resource.Type]] : [])),
  );
  const kept = entries
    .filter(([id]) => !taken.has(id))
    .map(([id, resource]) => [id, withoutWait(resource, taken)]);
  const outputs = Object.entries(template.Outputs ?? {}).filter(([, value]) => !needed(value, taken));
  const pruned: Template = {
    ...template,
    Resources: Object.fromEntries(kept),
    ...(template.Outputs && { Outputs: Object.fromEntries(outputs) }),
  };
  const need = needed(pruned.Resources, taken);
  if (need)
    throw new Error(
      `A resource that stays refers to ${need} (${taken.get(need)}), which the emulator lacks.`,
    );
  return { template: pruned, taken: [...taken].map(([id, type]) => `${type} ${id}`) };
}

/** Without the orders to wait for what was taken: those under a condition are in the metadata. */
function withoutWait(resource: Template['Resources'][string], taken: ReadonlyMap<string, string>) {
  const { DependsOn, Metadata, ...rest } = resource;
  const { After, ...metadata } = Object(Metadata);
  const after = [After ?? []].flat().filter((entry) => !needed(entry, taken));
  return {
    ...rest,
    ...(Metadata !== undefined && { Metadata: { ...metadata, ...(after.length > 0 && { After: after }) } }),
    ...(DependsOn !== undefined && { DependsOn: [DependsOn].flat().filter((id) => !taken.has(id)) }),
  };
}

/** The first of the taken resources that `value` refers to. */
function needed(value: unknown, taken: ReadonlyMap<string, string>): string | undefined {
  if (Array.isArray(value)) return first(value, (entry) => needed(entry, taken));
  if (typeof value !== 'object' || value === null) return undefined;
  return first(Object.entries(value), ([key, inner]) => {
    const names =
      key === 'Ref'
        ? [inner]
        : key === 'Fn::GetAtt'
          ? [inner].flat().map((name) => String(name).split('.')[0])
          : key === 'Fn::Sub'
            ? [...JSON.stringify(inner).matchAll(/\$\{([\w]+)/g)].map((match) => match[1])
            : [];
    return names.map(String).find((name) => taken.has(name)) ?? needed(inner, taken);
  });
}

function first<T>(values: readonly T[], look: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const found = look(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
