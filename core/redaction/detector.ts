import type { Finding, InfoType, Report } from './finding.ts';
import type { Passage } from './passage.ts';

/**
 * A detector outside this process, such as a cloud service. It is given text in which the local detectors have
 * replaced what they found, in windows that end at a line where there is one.
 */
export interface Detector {
  /** For error messages: `Google Cloud DLP`. */
  name: string;
  /** The longest text that one call takes, in UTF-16 code units. */
  windowCharactersMax: number;
  /**
   * Everything found in `text`.
   * @throws when it could not look at all of it. Then the output is withheld.
   */
  find(text: string): Promise<readonly Finding[]>;
}

/**
 * A detector in this process: no service, no key, no waiting. One walk over the characters (`passage.ts`) notes where
 * numbers, words and marks are, and a detector is called only there, so that plain text costs next to nothing.
 */
export interface LocalDetector {
  infoTypes: readonly InfoType[];
  /**
   * Where it looks: at each number or each code (`at` is its index in `passage.numbers` or `passage.codes`), at each
   * `@`, at each `:` or `=`, or at words that begin like these (any case; three characters or more, the first of
   * which is a letter).
   */
  looksAt: 'numbers' | 'codes' | 'ats' | 'separators' | readonly string[];
  /**
   * Looks at one such place. A match must not leave its line. It must cost time in proportion to the text that it
   * passes: a detector that reads far ahead returns where (in the terms of `at`) it is to be called again.
   */
  find(passage: Passage, at: number, report: Report): number | undefined;
}
