import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Emulator } from '../support/emulator.ts';
import { adaptTemplate } from './adapt-template.ts';
import { formCall } from './aws/signed-fetch.ts';
import { emulatedAccount } from './emulated-account.ts';
import { pruneTemplate, type Template } from './prune-template.ts';

const project = resolve(import.meta.dirname, '../..');

/** The account must have it before anything can be deployed into it. */
export async function bootstrap(emulator: Emulator): Promise<void> {
  const { region } = emulator.clientOptions;
  await cdk(emulator, tmpdir(), ['bootstrap', `aws://${emulatedAccount}/${region}`]);
}

export interface Deployment {
  template: Template;
  /** What was left out. */
  taken: string[];
}

/**
 * Synthesizes the app with these settings in `folder`, as a customer does, and deploys what the emulator knows. The
 * template that comes back is whole.
 */
export async function deploy(emulator: Emulator, folder: string, settings: object): Promise<Deployment> {
  await writeFile(join(folder, 'runops-agent.json'), JSON.stringify(settings));
  const app = `${process.execPath} --disable-warning=ExperimentalWarning ${join(project, 'infra/app.ts')}`;
  const assembly = join(folder, 'cdk.out');
  await cdk(emulator, folder, ['synth', '--quiet', '--app', app, '--output', assembly]);
  const [file = ''] = globSync(join(assembly, '*.template.json'));
  const deployment = await prune(emulator, file);
  await cdk(emulator, folder, ['deploy', '--all', '--require-approval', 'never', '--app', assembly]);
  return deployment;
}

async function prune(emulator: Emulator, file: string): Promise<Deployment> {
  const whole: Template = JSON.parse(await readFile(file, 'utf8'));
  const { template, taken } = await fitTemplate(emulator, whole);
  await writeFile(file, JSON.stringify(template));
  return { template: whole, taken };
}

/** As much of a template as the emulator knows, in its words. */
export async function fitTemplate(emulator: Emulator, whole: Template): Promise<Deployment> {
  const { template, taken } = pruneTemplate(whole, await unknownTypes(emulator, whole));
  return { template: adaptTemplate(template), taken };
}

/** Asks the emulator itself, with a template of the types alone: a whole one is too long for this call. */
async function unknownTypes(emulator: Emulator, { Resources }: Template): Promise<string[]> {
  const types = [...new Set(Object.values(Resources).map(({ Type }) => Type))];
  const bare = Object.fromEntries(types.map((Type, n) => [`Resource${n}`, { Type, Properties: {} }]));
  const TemplateBody = JSON.stringify({ Resources: bare });
  const input = { Action: 'ValidateTemplate', Version: '2010-05-15', TemplateBody };
  const said = await formCall(emulator, 'cloudformation', input).catch((thrown: Error) => thrown.message);
  return /Unrecognized resource types: \[([^\]]*)\]/.exec(said)?.[1]?.split(', ') ?? [];
}

/** Runs the CDK CLI in `folder`, as the owner of the emulated account. */
async function cdk({ clientOptions }: Emulator, folder: string, argv: string[]): Promise<void> {
  const { endpoint, region, credentials } = clientOptions;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  const program = join(project, 'node_modules/.bin/cdk');
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  await promisify(execFile)(program, ['--no-notices', '--ci', ...argv], options).catch((thrown) => {
    throw new Error(`cdk ${argv.join(' ')}:\n${thrown.stdout}\n${thrown.stderr}`);
  });
}
