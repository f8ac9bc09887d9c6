import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { AgentError, messageOf } from '../core/errors.ts';
import type { Hooks } from '../core/hooks.ts';
import { problemsOf } from '../core/problems.ts';
import { once } from './aws/lazy-ports.ts';

const isFunction = (value: unknown) => typeof value === 'function';
const notFunction = 'must be a function';

const hooksSchema = z.object({
  before: z.exactOptional(z.custom<NonNullable<Hooks['before']>>(isFunction, notFunction)),
  after: z.exactOptional(z.custom<NonNullable<Hooks['after']>>(isFunction, notFunction)),
});

/**
 * The hooks that the ES module at this path exports.
 * @throws AgentError `config-invalid` when it cannot be loaded, or has no function `before` or `after`.
 */
export async function loadHooks(path: string): Promise<Hooks> {
  const module: unknown = await import(pathToFileURL(resolve(path)).href).catch((cause) => {
    throw invalid(path, `could not be loaded: ${messageOf(cause)}`, cause);
  });
  const parsed = hooksSchema.safeParse(module);
  if (!parsed.success) throw invalid(path, `are not valid: ${problemsOf(parsed.error, 'they')}.`);
  if (parsed.data.before || parsed.data.after) return parsed.data;
  throw invalid(path, 'export neither a function `before` nor `after`.');
}

/** The hooks of the module at this path, which is loaded at the first call: a sweep goes without. */
export function lazyHooks(path: string): Hooks {
  const hooks = once(() => loadHooks(path));
  return {
    before: async (task) => (await hooks()).before?.(task),
    after: async (result) => (await hooks()).after?.(result),
  };
}

function invalid(path: string, what: string, cause?: unknown): AgentError {
  return new AgentError('config-invalid', `The hooks ${path} of RUNOPS_HOOKS ${what}`, { cause });
}
