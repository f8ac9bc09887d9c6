/** A template, as far as the order of its resources is in it. */
interface Ordered {
  Resources: Record<string, { DependsOn?: string | string[]; Properties?: unknown }>;
}

/**
 * The template without the orders that it gives anyway: CloudFormation makes what a resource refers to before the
 * resource itself, and cfn-lint (W3005) says so of each line that says it twice.
 */
export function withNeededDependencies<T extends Ordered>(template: T): T {
  const resources = Object.entries(template.Resources).map(([id, { DependsOn, ...resource }]) => {
    const referred = new Set(referencesIn(resource.Properties));
    const needed = [DependsOn ?? []].flat().filter((other) => !referred.has(other));
    return [id, { ...resource, ...(needed.length > 0 && { DependsOn: needed }) }];
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

/** What is under a condition is no reference for sure. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Fn::If') return [];
    if (key === 'Ref') return [String(inner)];
    return key === 'Fn::GetAtt' ? [String(inner[0])] : referencesIn(inner);
  });
}
