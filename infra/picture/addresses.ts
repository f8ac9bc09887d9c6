import type { DrawnResource } from './default-template.ts';
import type { Edge } from './graph.ts';
import { at } from './template-value.ts';

/** What is behind an address that a function is told. For another one, its host says it. */
const names: Readonly<Record<string, string>> = { API_URL: 'Runops API', JWK_URL: 'identity provider' };

/** Where functions reach out of AWS, by the addresses in their variables. */
export function addresses({ id, type, properties }: DrawnResource): Edge[] {
  if (type !== 'AWS::Lambda::Function') return [];
  const variables = Object.entries(Object(at(properties, 'Environment', 'Variables')));
  return variables.flatMap(([name, value]) =>
    typeof value === 'string' && value.startsWith('https://')
      ? [{ from: id, to: names[name] ?? new URL(value).host, verb: 'HTTPS' }]
      : [],
  );
}
