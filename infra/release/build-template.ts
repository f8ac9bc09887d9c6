import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { packageVersion } from '../package-files.ts';
import { PlainStack, type PlainStackProps } from '../plain/plain-stack.ts';
import { sha256, writeChecksums } from './checksums.ts';
import { ownFolder } from './own-folder.ts';
import { zipFolder } from './zip-folder.ts';

export interface TemplateOptions {
  /** Where it is written to. An earlier template in it goes. */
  readonly folder: string;
  /**
   * What the name of the bucket with the functions begins with, in each region: `PREFIX-REGION`.
   * @default - a bucket of the account in which the stack is made
   */
  readonly bucketPrefix?: string | undefined;
  /**
   * The images by their families, each with its digest.
   * @default - those of the repository `runops-agent` of the account in which the stack is made
   */
  readonly images?: PlainStackProps['images'];
}

export interface BuiltTemplate {
  readonly folder: string;
  /** The text of the template. */
  readonly template: string;
  /** The name of the bucket with the functions, with `${AWS::Region}` and perhaps `${AWS::AccountId}` in it. */
  readonly bucket: string;
  /** The tag of each image that has to be in the repository of the account, by its family. */
  readonly expectedImages: ReadonlyMap<string, string>;
}

export const templateFile = 'runops-agent.template.json';

/**
 * Writes the plain template, the code of its functions and their checksums. The same sources make the same bytes.
 * @throws AgentError `config-invalid` when an image is not named by its digest, when the functions were not built, or
 * when something else is in the folder.
 */
export function buildTemplate({ folder, bucketPrefix, images = {} }: TemplateOptions): BuiltTemplate {
  const bucket = `${bucketPrefix ?? 'runops-agent-assets-${AWS::AccountId}'}-\${AWS::Region}`;
  const expectedImages = new Map<string, string>();
  const outdir = mkdtempSync(join(tmpdir(), 'runops-template-'));
  try {
    const absolute = ownFolder(folder);
    const app = new App({ outdir, analyticsReporting: false });
    new PlainStack(app, 'runops-agent', {
      images,
      places: {
        bucket,
        keep: (name, code) => writeCode(absolute, name, join(outdir, code)),
        need: (family, tag) => expectedImages.set(family, tag),
      },
    });
    const synthesized = app.synth().getStackByName('runops-agent').templateFullPath;
    const template = readFileSync(synthesized, 'utf8');
    writeFileSync(join(absolute, templateFile), template);
    writeChecksums(absolute);
    return { folder: absolute, template, bucket, expectedImages };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Under the version and by what is in it, so that no file of a release is ever another one. */
function writeCode(folder: string, name: string, code: string): string {
  const bytes = zipFolder(code);
  const key = `assets/${packageVersion}/${name}.${sha256(bytes)}.zip`;
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return key;
}
