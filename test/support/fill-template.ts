/** A CloudFormation template, as CDK writes it. */
export interface PlainTemplate {
  Parameters: Record<string, Record<string, unknown>>;
  Conditions: Record<string, unknown>;
  Resources: Record<string, FilledResource>;
  Outputs: Record<string, unknown>;
}

interface FilledResource {
  Type: string;
  Condition?: string;
  DependsOn?: string[];
  Properties?: Record<string, unknown>;
}

/**
 * What CloudFormation makes of a template with these parameters: resources and outputs whose conditions hold, with
 * every `Fn::If` decided and the parameters filled in. References to resources stay as they are.
 */
export function fillTemplate(template: PlainTemplate, parameters: Readonly<Record<string, string>>) {
  const given = (name: string) => parameters[name] ?? String(template.Parameters[name]?.Default ?? '');
  const holds = (name: string): boolean => isTrue(template.Conditions[name]);

  function isTrue(expression: unknown): boolean {
    const [name, content] = only(expression);
    if (name === 'Condition') return holds(String(content));
    const terms = Array.isArray(content) ? content : [];
    if (name === 'Fn::Not') return !isTrue(terms[0]);
    if (name === 'Fn::And') return terms.every(isTrue);
    if (name === 'Fn::Or') return terms.some(isTrue);
    if (name === 'Fn::Equals') return textOf(terms[0]) === textOf(terms[1]);
    throw new TypeError(`A condition has ${name}.`);
  }

  function textOf(value: unknown): string {
    if (typeof value === 'string') return value;
    const [name, content] = only(value);
    if (name === 'Ref') return given(String(content));
    throw new TypeError(`A condition compares ${name}, which CloudFormation does not know then.`);
  }

  function decide(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(decide).filter((each) => !isNoValue(each));
    if (typeof value !== 'object' || value === null) return value;
    if ('Fn::If' in value) {
      const [condition, then, otherwise] = [value['Fn::If']].flat();
      return decide(holds(String(condition)) ? then : otherwise);
    }
    if ('Ref' in value && String(value.Ref) in template.Parameters) return given(String(value.Ref));
    if ('Fn::Base64' in value) return Buffer.from(String(decide(value['Fn::Base64']))).toString('base64');
    const entries = Object.entries(value).map(([key, inner]) => [key, decide(inner)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => !isNoValue(inner)));
  }

  const stays = ([, { Condition }]: [string, { Condition?: string }]) => !Condition || holds(Condition);
  const Resources = Object.fromEntries(Object.entries(template.Resources).filter(stays));
  return { Resources: decide(Resources) as typeof Resources, Outputs: decide(template.Outputs) };
}

function only(value: unknown): [name: string, content: unknown] {
  const [[name, content] = ['', undefined]] = Object.entries(Object(value));
  return [name, content];
}

function isNoValue(value: unknown): boolean {
  return JSON.stringify(value) === '{"Ref":"AWS::NoValue"}';
}

/** The names that a part of a template refers to, but for what AWS itself knows. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  const names = Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String([inner].flat()[0])];
    if (key === 'Fn::Sub') {
      const text = String([inner].flat()[0]);
      return [...text.matchAll(/\$\{([\w:]+)/g)].map(([, name = '']) => name);
    }
    return referencesIn(inner);
  });
  return names.filter((name) => !name.startsWith('AWS::'));
}
