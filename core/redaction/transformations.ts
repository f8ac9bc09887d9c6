import type { InfoType } from './finding.ts';

/**
 * What a finding becomes: its info type in brackets (the default), asterisks over its whole length, or asterisks that
 * leave the last four characters, which at most a third of the value may be.
 */
export type Transformation = 'label' | 'mask' | 'keep-last-four';

/** By info type; `default` is for those that are not named. */
export type Transformations = Readonly<Record<InfoType, Transformation>>;

const CHARACTERS_KEPT = 4;

/** What stands in the text in place of `value`, or of the rest of one that has its label already. */
export function transform(
  value: string,
  infoType: InfoType,
  transformations: Transformations,
  isRest = false,
): string {
  const transformation = transformations[infoType] ?? transformations.default ?? 'label';
  if (transformation === 'label') return isRest ? '' : `[${infoType}]`;
  const keeps = transformation === 'keep-last-four' && !isRest && value.length >= 3 * CHARACTERS_KEPT;
  const kept = keeps ? value.slice(-CHARACTERS_KEPT).toWellFormed() : '';
  return value.slice(0, value.length - kept.length).replaceAll(/[^\n]/gu, '*') + kept;
}
