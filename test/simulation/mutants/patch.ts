import { registerHooks } from 'node:module';
import { mutants } from './mutants.ts';

/**
 * Loaded with `--import` and the environment variable MUTANT: takes one guard out of the sources as they are
 * loaded. The files on the disk stay as they are.
 */
const mutant = mutants.find(({ name }) => name === process.env.MUTANT);
if (!mutant) throw new RangeError(`There is no mutant "${process.env.MUTANT}".`);
const { file, guard, without } = mutant;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/${file}`)) return loaded;
    const source = String(loaded.source);
    if (!source.includes(guard)) throw new Error(`${file} no longer has the guard "${guard}".`);
    return { ...loaded, source: source.replace(guard, () => without) };
  },
});
