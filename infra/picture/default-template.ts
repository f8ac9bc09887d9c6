import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnElement } from 'aws-cdk-lib';
import { AgentStack } from '../agent-stack.ts';
import { type AppSettings, parseAppSettings } from '../app-settings.ts';
import { families } from '../image.ts';

/** A resource of a template, with the path of its construct: `Agent/Queues/Kills/Resource`. */
export interface DrawnResource {
  readonly id: string;
  readonly type: string;
  readonly path: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Nobody pulls these: without them the images would be looked at, which is slow and draws nothing. */
const images = Object.fromEntries(
  families.map((family) => [family, `example.com/${family}@sha256:${'0'.repeat(64)}`]),
);

/** What is drawn: the defaults, with an identity provider and somebody who is told of alarms. */
export const drawnSettings = {
  tokenSecret: 'runops-agent-token',
  identity: { jwkUrl: 'https://login.example.com/keys' },
  monitoring: { email: 'oncall@example.com' },
};

/** The resources of the app with these settings, in the order of their construct's paths. */
export function resourcesOf(settings: Record<string, unknown> = drawnSettings): DrawnResource[] {
  return synthesized(parseAppSettings({ images, ...settings }, {}));
}

function synthesized(settings: AppSettings): DrawnResource[] {
  const outdir = mkdtempSync(join(tmpdir(), 'runops-picture-'));
  try {
    const app = new App({ outdir, analyticsReporting: false });
    const stack = new AgentStack(app, 'runops-agent', settings);
    const paths = new Map(
      stack.node
        .findAll()
        .filter((node) => node instanceof CfnElement)
        .map((node) => [String(stack.resolve(node.logicalId)), node.node.path.split('/').slice(1)]),
    );
    const template: { Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }> } =
      app.synth().getStackByName(stack.stackName).template;
    return Object.entries(template.Resources)
      .map(([id, { Type: type, Properties: properties = {} }]) => ({
        ...{ id, type, properties },
        path: paths.get(id) ?? [id],
      }))
      .sort((a, b) => (a.path.join('/') < b.path.join('/') ? -1 : 1));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
