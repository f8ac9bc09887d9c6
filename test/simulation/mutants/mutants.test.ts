import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';

describe('the mutants', () => {
  it.each(mutants)('$name: the guard is in the sources, once', ({ file, guard, without }) => {
    expect(readFileSync(file, 'utf8').split(guard)).toHaveLength(2);
    expect(without).not.toContain(guard);
  });
});
