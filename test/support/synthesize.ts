import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AgentStack } from '../../infra/agent-stack.ts';
import { parseAppSettings } from '../../infra/app-settings.ts';
import { families } from '../../infra/image.ts';

/** A resource of a CloudFormation template, as a test looks at it. */
export interface Resource {
  id: string;
  type: string;
  properties: Record<string, unknown>;
  policies: { DeletionPolicy?: string; UpdateReplacePolicy?: string };
}

export interface Synthesized {
  app: App;
  template: { Resources: Record<string, unknown>; Outputs: Record<string, unknown> };
  /** All resources of a type. */
  all(type: string): Resource[];
}

/** Images that nobody pulls, so that nothing is read for building them. */
export const givenImages = Object.fromEntries(
  families.map((family) => [
    family,
    `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${family}@sha256:${'0'.repeat(64)}`,
  ]),
);

/** The template of the app with these settings, without an account, Docker or anything else of this machine. */
export function synthesize(settings: Record<string, unknown> = {}): Synthesized {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'runops-cdk-')), analyticsReporting: false });
  const given = { tokenSecret: 'runops/agent-token', images: givenImages, ...settings };
  const stack = new AgentStack(app, 'runops-agent', parseAppSettings(given, {}));
  const template = app.synth().getStackByName(stack.stackName).template;
  const all = (type: string) =>
    Object.entries<Record<string, unknown>>(template.Resources).flatMap(([id, resource]): Resource[] => {
      if (resource.Type !== type) return [];
      return [{ id, type, properties: asRecord(resource.Properties), policies: resource }];
    });
  return { app, template, all };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A value of the template with what CloudFormation fills in replaced by something of the same kind. */
export function filledIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name = '', content] = []] = Object.entries(value);
  if (name === 'Ref') return refers(String(content));
  if (name === 'Fn::GetAtt' && Array.isArray(content))
    return `arn:aws:service:eu-west-1:123456789012:${content[0]}`;
  if (name === 'Fn::Join' && Array.isArray(content)) return listOf(content[1]).join(content[0]);
  if (name === 'Fn::Sub') return String(content);
  throw new TypeError(`${name} is not filled in.`);
}

function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(filledIn);
  const [separator, text] = Object(value)['Fn::Split'];
  return filledIn(text).split(separator);
}

/** The variables of a function or a container, as it gets them. */
export function allFilledIn(variables: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, filledIn(value)]));
}

function refers(name: string): string {
  if (name === 'AWS::Partition') return 'aws';
  if (name === 'AWS::Region') return 'eu-west-1';
  if (name === 'AWS::AccountId') return '123456789012';
  if (name === 'AWS::URLSuffix') return 'amazonaws.com';
  if (name.includes('Queues')) return `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`;
  return name.toLowerCase();
}
