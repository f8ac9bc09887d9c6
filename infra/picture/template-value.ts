/** The ids of all resources that a value of a template refers to, in whichever way. The region is none. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(value).flatMap(([name, content]) => {
    if (name === 'Ref') return String(content).startsWith('AWS::') ? [] : [String(content)];
    if (name === 'Fn::GetAtt' && Array.isArray(content)) return [String(content[0])];
    if (name === 'Fn::GetAtt') return [String(content).split('.')[0] ?? ''];
    return referencesIn(content);
  });
}

/** A value as text, with what CloudFormation fills in left as `<name>`. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, content] = ['', undefined]] = Object.entries(value);
  if (name === 'Ref') return `<${content}>`;
  if (name === 'Fn::Join' && Array.isArray(content)) return listOf(content[1]).map(textOf).join(content[0]);
  if (name === 'Fn::GetAtt' && Array.isArray(content)) return `<${content.join('.')}>`;
  return `<${name}>`;
}

export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The value at these names, or undefined. */
export function at(value: unknown, ...names: string[]): unknown {
  return names.reduce<unknown>((inner, name) => Object(inner)[name], value);
}
