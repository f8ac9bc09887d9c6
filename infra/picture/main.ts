import { readFileSync, writeFileSync } from 'node:fs';
import { architecturePicture, withPicture } from './architecture-picture.ts';
import { resourcesOf } from './default-template.ts';

/** `npm run picture` prints the picture of the app; with `--write` it puts it into docs/architecture.md. */
const document = new URL('../../docs/architecture.md', import.meta.url);

if (process.argv.includes('--write')) {
  writeFileSync(document, withPicture(readFileSync(document, 'utf8')));
} else {
  console.log(architecturePicture(resourcesOf()));
}
