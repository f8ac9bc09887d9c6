import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Emulator } from '../../support/emulator.ts';
import { fitTemplate } from '../deploy.ts';
import type { Template } from '../prune-template.ts';

/** Where CloudFormation finds a template, and what of it the emulator cannot make. */
export interface Published {
  url: string;
  taken: string[];
}

export interface PublishOptions {
  /** What `npm run template` has written. */
  folder: string;
  /** The bucket that the template expects its assets in. */
  bucket: string;
  /** What differs for one test. */
  change?: (template: Template) => Template;
}

/** Uploads a built template and its assets, as `docs/release.md` says. */
export async function publish(
  emulator: Emulator,
  { folder, bucket, change = (same) => same }: PublishOptions,
): Promise<Published> {
  const s3 = new S3Client(emulator.clientOptions);
  const put = (Key: string, Body: string | Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  await s3.send(new CreateBucketCommand({ Bucket: bucket })).catch((thrown: Error) => {
    if (!/BucketAlready/.test(thrown.name)) throw thrown;
  });
  const assets = globSync('**/*.zip', { cwd: folder });
  for (const asset of assets) await put(asset, await readFile(join(folder, asset)));
  const whole: Template = JSON.parse(await readFile(join(folder, 'runops-agent.template.json'), 'utf8'));
  const { template, taken } = await fitTemplate(emulator, change(whole));
  const key = `templates/${crypto.randomUUID()}.json`;
  await put(key, JSON.stringify(template));
  return { url: `${emulator.endpoint}/${bucket}/${key}`, taken };
}
