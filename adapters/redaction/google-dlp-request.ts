import type { protos } from '@google-cloud/dlp';
import type { GoogleDlpConfig } from './google-dlp-config.ts';

type InspectConfig = protos.google.privacy.dlp.v2.IInspectConfig;
type InspectContentRequest = protos.google.privacy.dlp.v2.IInspectContentRequest;

/**
 * Stands at the end of each text that is sent, and must be found there. The client takes an answer that it does not
 * understand for one without findings, so an answer is believed only when it shows that the text was read to its end
 * and that positions mean what we think they mean.
 */
export const END_MARK = '\nrunops-end-of-window';
export const END_MARK_INFO_TYPE = 'RUNOPS_END_OF_WINDOW';

export function inspectRequest(config: GoogleDlpConfig): (text: string) => InspectContentRequest {
  const parent = `projects/${config.project}/locations/${config.location}`;
  const inspectConfig = inspectConfigOf(config);
  return (text) => ({ parent, inspectConfig, item: { value: `${text}${END_MARK}` } });
}

/** Quotes are not asked for: we have the text, and an answer without them holds nothing personal. */
function inspectConfigOf(config: GoogleDlpConfig): InspectConfig {
  return {
    minLikelihood: config.minLikelihood,
    includeQuote: false,
    infoTypes: config.infoTypes.map((name) => ({ name })),
    customInfoTypes: [...config.customInfoTypes.map(customInfoTypeOf), endMark],
    ruleSet: config.exclusions.map((exclusion) => ruleSetOf(exclusion, config)),
  };
}

const endMark: protos.google.privacy.dlp.v2.ICustomInfoType = {
  infoType: { name: END_MARK_INFO_TYPE },
  likelihood: 'VERY_LIKELY',
  regex: { pattern: END_MARK.trim() },
};

function customInfoTypeOf(
  custom: GoogleDlpConfig['customInfoTypes'][number],
): protos.google.privacy.dlp.v2.ICustomInfoType {
  const infoType = { infoType: { name: custom.name }, likelihood: custom.likelihood };
  if (custom.regex !== undefined) return { ...infoType, regex: { pattern: custom.regex } };
  if (custom.dictionary) return { ...infoType, dictionary: { wordList: { words: custom.dictionary } } };
  return { ...infoType, storedType: { name: custom.storedInfoType ?? null } };
}

function ruleSetOf(
  exclusion: GoogleDlpConfig['exclusions'][number],
  config: GoogleDlpConfig,
): protos.google.privacy.dlp.v2.IInspectionRuleSet {
  const names =
    exclusion.infoTypes.length > 0
      ? exclusion.infoTypes
      : [...config.infoTypes, ...config.customInfoTypes.map(({ name }) => name)];
  const what =
    exclusion.regex === undefined
      ? { dictionary: { wordList: { words: exclusion.dictionary ?? [] } } }
      : { regex: { pattern: exclusion.regex } };
  return {
    infoTypes: names.map((name) => ({ name })),
    // Only a value that is excluded as a whole, so that an exclusion cannot hide what stands next to it.
    rules: [{ exclusionRule: { ...what, matchingType: 'MATCHING_TYPE_FULL_MATCH' } }],
  };
}
