import { parseArgs } from 'node:util';
import { messageOf } from '../../core/errors.ts';
import { buildRelease } from './build-release.ts';
import { type BuiltTemplate, buildTemplate, templateFile } from './build-template.ts';
import { sha256 } from './checksums.ts';
import { publishingNotes, quickCreateLink, uploadNotes } from './installation-notes.ts';
import { repository } from './provenance.ts';
import { readImages } from './read-images.ts';

/** `npm run template` and `npm run release -- --dry-run`: docs/install.md and docs/release.md. */
const options = {
  out: { type: 'string' },
  bucket: { type: 'string' },
  images: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [what = ''] = positionals;
  const asked = {
    folder: values.out ?? `dist/${what}`,
    bucketPrefix: values.bucket,
    images: values.images === undefined ? {} : readImages(values.images),
  };
  if (what === 'template') tellTemplate(buildTemplate(asked));
  else if (what === 'release') tellRelease(values['dry-run'], () => buildRelease(asked));
  else throw new Error(`There is no "${what}". Say template or release.`);
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  process.exitCode = 1;
}

function tellTemplate(built: BuiltTemplate): void {
  tell(built);
  console.log(`${uploadNotes(built)}

# Then open this, with the names in capitals filled in:
${quickCreateLink(built.bucket)}
# Any parameter but the token can be in it: &param_Tags=prod&param_AlarmEmail=oncall%40example.com`);
}

/** Publishing is for those who have the accounts, step by step, and is nothing that a slip of the fingers does. */
function tellRelease(dryRun: boolean, build: () => BuiltTemplate): void {
  if (!dryRun) {
    throw new Error(
      'A release is published by those who have its accounts: npm run release -- --dry-run writes the folder and ' +
        "prints the commands for it, aws s3api put-object --if-none-match '*' for each file, which overwrite nothing.",
    );
  }
  const built = build();
  const { commit, state } = repository();
  tell(built);
  console.log(`Made of the commit ${commit}.`);
  if (state === 'changed')
    console.log('Files differ from that commit: nobody can make the same release of it.');
  console.log(`\n${publishingNotes(built)}`);
}

function tell({ folder, template }: BuiltTemplate): void {
  const kilobytes = Math.ceil(template.length / 1000);
  console.log(`${folder}/${templateFile} has ${kilobytes} kB, of the 1,000 kB that CloudFormation takes.`);
  console.log(`Its SHA-256 is ${sha256(template)}.\n`);
}
