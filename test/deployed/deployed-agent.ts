import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeRunopsApi, type Json, startFakeRunopsApi } from '../support/fake-runops-api.ts';
import { startedParts } from '../support/started-parts.ts';
import { type Aws, startAws } from './aws/start-aws.ts';
import { bootstrap, deploy } from './deploy.ts';
import { pushImages } from './images.ts';
import type { Template } from './prune-template.ts';
import { startTargets, type Targets } from './targets.ts';
import { startWitness, type Witness } from './witness.ts';

/** The whole agent in an account of its own, with a Runops API and things to work on. */
export interface DeployedAgent {
  aws: Aws;
  api: FakeRunopsApi;
  targets: Targets;
  witness: Witness;
  /** The addresses of the images, by family. */
  images: Record<string, string>;
  /** Hands out a task; its result, as soon as the API has it. */
  run(task: Json & { id: string }): Promise<Json>;
  /** Every task that was handed out. */
  ids: string[];
  /** As it was synthesized at first. */
  template: Template;
  /** Deploys again, with these settings changed. */
  update(settings: Json): Promise<Template>;
  close(): Promise<void>;
}

/** Says on the console how long each step took. */
export async function startDeployedAgent(): Promise<DeployedAgent> {
  const parts = startedParts();
  const { close } = parts;
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const made = await work();
    console.info(`${name}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
    return made;
  };
  const keep = async <T extends { close(): Promise<void> }>(
    name: string,
    work: () => Promise<T>,
  ): Promise<T> => {
    return parts.keep(await step(name, work));
  };
  try {
    const aws = await keep('engine, registry and emulator', startAws);
    const api = await keep('Runops API', () =>
      startFakeRunopsApi({ registration: { webhook_extensions: true } }),
    );
    const witness = await keep('witness', startWitness);
    const targets = await keep('databases and secrets', () => startTargets(aws.emulator, api.token));
    const [images] = await Promise.all([
      step('images', () => pushImages(aws.registry)),
      step('bootstrap', () => bootstrap(aws.emulator)),
    ]);
    const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
    const settings = { tokenSecret: targets.tokenSecret, apiUrl: api.url, images, architecture };
    const update = (changed: Json) => deploySettings(aws, { ...settings, ...changed });
    const template = await step('deploy', () => update({}));
    const ids: string[] = [];
    const run = (task: Json & { id: string }) => {
      ids.push(task.id);
      api.addTask(task);
      return api.resultOf(task.id);
    };
    return { aws, api, targets, witness, images, run, ids, template, update, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function deploySettings({ emulator }: Aws, settings: Json): Promise<Template> {
  const folder = mkdtempSync(join(tmpdir(), 'runops-cdk-'));
  try {
    const { template, taken } = await deploy(emulator, folder, settings);
    for (const resource of taken) console.info(`left out of the stack: ${resource}`);
    return template;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
