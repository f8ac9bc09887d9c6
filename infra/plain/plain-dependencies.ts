/** A template, as far as the order of its resources is in it. */
interface Ordered {
  Resources: Record<string, OrderedResource>;
}

interface OrderedResource {
  Condition?: string;
  DependsOn?: string | string[];
  Metadata?: Record<string, unknown>;
  Properties?: unknown;
}

/**
 * The template with the orders that CloudFormation needs to be given, in a way that it takes.
 *
 * - What a resource refers to is made before it anyway: cfn-lint (W3005) says so of each line that says it twice.
 * - `DependsOn` cannot name what is made under a condition (E3005); a reference under the same condition can, and
 *   metadata is where a reference does nothing else. There is also what is referred to under a condition only, which
 *   cfn-lint takes for an order in any case.
 */
export function withPlainDependencies<T extends Ordered>(template: T): T {
  const { Resources } = template;
  const isSure = (resource: OrderedResource, other: string) => {
    const condition = Resources[other]?.Condition;
    return condition === undefined || condition === resource.Condition;
  };
  const reference = (resource: OrderedResource, other: string) =>
    isSure(resource, other)
      ? { Ref: other }
      : { 'Fn::If': [Resources[other]?.Condition, { Ref: other }, ''] };
  const resources = Object.entries(Resources).map(([id, resource]) => {
    const { DependsOn: before, ...rest } = resource;
    const always = new Set(referencesIn(resource.Properties, 'always'));
    const perhaps = new Set(referencesIn(resource.Properties, 'perhaps'));
    const needed = [before ?? []].flat().filter((other) => !always.has(other));
    const isPlain = (other: string) => isSure(resource, other) && !perhaps.has(other);
    const DependsOn = needed.filter(isPlain);
    const After = needed.filter((other) => !isPlain(other)).map((other) => reference(resource, other));
    const ordered = {
      ...rest,
      ...(DependsOn.length > 0 && { DependsOn }),
      ...(After.length > 0 && { Metadata: { ...resource.Metadata, After } }),
    };
    return [id, ordered];
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

/** What is under an `Fn::If` may be left out, and is perhaps no reference. */
function referencesIn(value: unknown, which: 'always' | 'perhaps'): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => referencesIn(each, which));
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Fn::If' && which === 'always') return [];
    if (key === 'Ref') return [String(inner)];
    return key === 'Fn::GetAtt' ? [String(inner[0])] : referencesIn(inner, which);
  });
}
