import type { Integration } from './integration.ts';
import { scriptFileCommand } from './script-file.ts';

/** The script as a file of Node.js, CommonJS or ES module, with every key of the secret as an environment variable. */
export const node: Integration = {
  requiredKeys: [],
  publicKeys: [],
  missingKeys: '',
  command(input) {
    // Node tells the two kinds of module apart by the syntax only when the nearest package.json has no "type"
    // (https://nodejs.org/api/packages.html#syntax-detection), and then warns of the time that this takes.
    const interpreter = ['node', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'] as const;
    const command = scriptFileCommand(input, interpreter, 'script.js');
    return { ...command, files: [...command.files, { name: 'package.json', content: '{}' }] };
  },
};
