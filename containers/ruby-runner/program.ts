import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RubyProgram {
  /** The few lines of the command override, which fetch the manifest and the rest of the program with it. */
  bootstrap: string;
  program: string;
}

const files = ['s3.rb', 'masking.rb', 'output.rb', 'child.rb', 'command.rb', 'main.rb'];

/** The runner for containers of customers' own images, put together from its files. */
export function readRubyProgram(): RubyProgram {
  const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');
  // Without its indentation, because every byte of it is in the override of each launch.
  const bootstrap = read('bootstrap.rb').replaceAll(/^ +/gm, '');
  return { bootstrap, program: files.map(read).join('\n') };
}
