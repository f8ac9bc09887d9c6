import { afterAll, expect } from 'vitest';
import { findIntegration } from '../../core/integrations/catalog.ts';
import type { SecretMap } from '../../core/ports.ts';
import { secretValues } from '../../core/secret-values.ts';
import { type ProcSampler, startProcSampler } from './proc-sampler.ts';

let sampler: Promise<ProcSampler> | undefined;
const watched = new Set<string>();

/**
 * From here to the end of the test file, no process of the machine may show a value of this secret in its arguments
 * or its environment; else the file fails. Whatever runs a task in a test calls it first.
 */
export async function watchProc(type: string, secret: SecretMap): Promise<void> {
  sampler ??= startProcSampler();
  const { lookFor } = await sampler;
  const unwatched = secretValues(secret, findIntegration(type).publicKeys).filter((one) => !watched.has(one));
  for (const value of unwatched) watched.add(value);
  if (unwatched.length > 0) lookFor(unwatched);
}

afterAll(async () => {
  if (!sampler) return;
  const { seen, rounds } = await (await sampler).stop();
  expect(seen, 'where secrets were seen').toEqual([]);
  expect(rounds).toBeGreaterThan(2);
});
