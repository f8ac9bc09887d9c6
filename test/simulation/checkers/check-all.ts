import type { World } from '../deployment.ts';
import type { Mix } from '../mix.ts';
import { audited } from './audited.ts';
import { bounded } from './bounded.ts';
import { nothingLeft } from './nothing-left.ts';
import { nothingRawLeaves } from './nothing-raw-leaves.ts';
import { oneResult } from './one-result.ts';
import { oneStart } from './one-start.ts';
import { onlyOurs } from './only-ours.ts';
import { startsInTime } from './starts-in-time.ts';
import { truthful } from './truthful.ts';
import { withinLimit } from './within-limit.ts';

/** A promise that was not kept, in a sentence. */
export type Violation = string;

export interface Ended {
  world: World;
  /** Whether everything came to its end in time. */
  settled: boolean;
  mix: Mix;
}

/** States one promise, and names each case where it was not kept. */
export type Checker = (ended: Ended) => Violation[];

const checkers: readonly Checker[] = [
  oneStart,
  oneResult,
  onlyOurs,
  startsInTime,
  truthful,
  nothingRawLeaves,
  audited,
  bounded,
  nothingLeft,
  withinLimit,
];

export function checkAll(ended: Ended): Violation[] {
  return checkers.flatMap((check) => check(ended).map((violation) => `${check.name}: ${violation}`));
}
