import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTemplate } from '../../../infra/release/build-template.ts';
import { type FakeRunopsApi, type Json, startFakeRunopsApi } from '../../support/fake-runops-api.ts';
import { startedParts } from '../../support/started-parts.ts';
import { type Aws, startAws } from '../aws/start-aws.ts';
import { pushImages } from '../images.ts';
import type { Template } from '../prune-template.ts';
import { startWitness, type Witness } from '../witness.ts';
import { buildPreviousTemplate } from './previous-commit.ts';
import { publish } from './publish.ts';
import { stacks } from './stack.ts';

/** An account with nothing in it but the files of a release, and a Runops API. */
export interface PlainAccount {
  aws: Aws;
  api: FakeRunopsApi;
  witness: Witness;
  stacks: ReturnType<typeof stacks>;
  /** The address of the template of this checkout, changed for one test if it must be. */
  template(change?: (template: Template) => Template): Promise<string>;
  /** The address of the one that the commit before this one makes. */
  previousTemplate(): Promise<string>;
  /** Hands out a task; its result, as soon as the API has it. */
  run(task: Json & { id: string }): Promise<Json>;
  close(): Promise<void>;
}

const bucketPrefix = 'runops-release';

export async function startPlainAccount(): Promise<PlainAccount> {
  const { keep, close } = startedParts();
  try {
    const aws = keep(await startAws());
    const { emulator } = aws;
    const api = keep(await startFakeRunopsApi({ registration: { webhook_extensions: true } }));
    const witness = keep(await startWitness());
    const images = await pushImages(aws.registry);
    const scratch = mkdtempSync(join(tmpdir(), 'runops-release-'));
    keep({ close: () => rm(scratch, { recursive: true, force: true }) });
    const bucket = `${bucketPrefix}-${emulator.clientOptions.region}`;

    const published = async (folder: string, change?: (template: Template) => Template) => {
      const changed = (template: Template) => (change ?? same)(askingHere(template, api.url));
      const { url, taken } = await publish(emulator, { folder, bucket, change: changed });
      for (const resource of taken) console.info(`left out of the stack: ${resource}`);
      return url;
    };
    return {
      ...{ aws, api, witness, close },
      stacks: stacks(emulator),
      async template(change) {
        const folder = join(scratch, 'this');
        buildTemplate({ folder, bucketPrefix, images });
        return published(folder, change);
      },
      async previousTemplate() {
        const folder = join(scratch, 'previous');
        const list = join(scratch, 'images');
        writeFileSync(
          list,
          Object.entries(images)
            .map((words) => `${words.join(' ')}\n`)
            .join(''),
        );
        await buildPreviousTemplate(folder, ['--bucket', bucketPrefix, '--images', list]);
        return published(folder);
      },
      run(task) {
        api.addTask(task);
        return api.resultOf(task.id);
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

const same = (template: Template) => template;

/** The Runops API of this machine in place of the public one, which nothing here can reach; and its processor. */
function askingHere(template: Template, apiUrl: string): Template {
  const text = JSON.stringify(template).replaceAll(
    '"ARM64"',
    process.arch === 'arm64' ? '"ARM64"' : '"X86_64"',
  );
  const here: Template = JSON.parse(text);
  const parameters = Object(here.Parameters);
  return { ...here, Parameters: { ...parameters, ApiUrl: { ...parameters.ApiUrl, Default: apiUrl } } };
}
