import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Lets a bundle of the AWS SDK go without the shapes of calls that it never makes. The SDK writes each as an array with
 * computed keys, which a bundler must keep, because a key may run code when it is computed; these do not.
 * https://esbuild.github.io/api/#tree-shaking-and-side-effects
 */
export const pureSchemas: Plugin = {
  name: 'pure-schemas',
  setup(build) {
    build.onLoad(
      { filter: /@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const contents = source.replace(
          /^(export var [\w$]+\$) = (\[.*\]|\[[\s\S]*?^\]);$/gm,
          '$1 = /* @__PURE__ */ (() => $2)();',
        );
        return { contents, loader: 'js' };
      },
    );
  },
};
