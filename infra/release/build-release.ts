import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuiltTemplate, buildTemplate, type TemplateOptions } from './build-template.ts';
import { digestsOf, writeChecksums } from './checksums.ts';
import { installationNotes } from './installation-notes.ts';
import { provenance, repository } from './provenance.ts';
import { sbom } from './sbom.ts';

/**
 * The template with all that a release has: a list of parts, notes for those who install it, where it comes from, and
 * the checksums of it all. The same commit makes the same bytes.
 * @throws AgentError `config-invalid`, as `buildTemplate`, and when this is no clone of the repository.
 */
export function buildRelease(options: TemplateOptions): BuiltTemplate {
  const made = repository();
  const built = buildTemplate(options);
  const write = (name: string, text: string) => writeFileSync(join(built.folder, name), text);
  write('sbom.cdx.json', asText(sbom()));
  write('INSTALL.md', installationNotes(built));
  write('provenance.json', asText(provenance(digestsOf(built.folder), made, options)));
  writeChecksums(built.folder);
  return built;
}

function asText(json: object): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
