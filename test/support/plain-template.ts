import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTemplate } from '../../infra/release/build-template.ts';
import type { PlainTemplate } from './fill-template.ts';
import { givenImages } from './synthesize.ts';

/** The plain template in a folder that goes with the process, with images that nobody pulls. */
export function builtTemplate(options: { images?: Record<string, string>; bucketPrefix?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'runops-plain-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const built = buildTemplate({ images: givenImages, ...options, folder });
  const template: PlainTemplate = JSON.parse(built.template);
  return { ...built, json: template };
}
