import { readFileSync } from 'node:fs';
import { AgentError } from '../../core/errors.ts';

/**
 * The images by their families, from a file with a line for each: `FAMILY NAME@sha256:…`, which
 * `containers/images/build.sh --push` prints.
 * @throws AgentError `config-invalid` that names the first line that is none.
 */
export function readImages(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim());
  return Object.fromEntries(lines.filter((line) => line !== '').map((line) => imageOf(line, file)));
}

function imageOf(line: string, file: string): [family: string, name: string] {
  const [, family = '', name = ''] = /^(\S+)\s+(\S+@sha256:[0-9a-f]{64})$/.exec(line) ?? [];
  if (family !== '') return [family, name];
  throw new AgentError(
    'config-invalid',
    `${file} has the line "${line}". It must be FAMILY NAME@sha256:…, as containers/images/build.sh --push prints it.`,
  );
}
