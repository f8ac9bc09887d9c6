/**
 * What kind of value it is. The names are those of Google's list wherever it has one, so that a policy reads the same
 * with and without that service: https://cloud.google.com/sensitive-data-protection/docs/infotypes-reference
 * `BRAZIL_CNPJ_NUMBER` is ours.
 */
export type InfoType = string;

/** Where something was found, in UTF-16 code units of the text that was looked at; `end` is exclusive. */
export interface Finding {
  start: number;
  end: number;
  infoType: InfoType;
  /** The rest of a value whose beginning was removed already: it goes without a label of its own. */
  continued?: boolean;
}

/** How often each info type was found, for the result's metadata and for metrics; never the values. */
export type Findings = Map<InfoType, number>;

/** How a local detector says that it found something. */
export type Report = (infoType: InfoType, start: number, end: number) => void;

/** The findings in order, with those that overlap made one. */
export function unionOf(found: readonly Finding[]): Finding[] {
  const sorted = found.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const union: Finding[] = [];
  for (const finding of sorted) {
    const last = union.at(-1);
    if (last && finding.start < last.end) last.end = Math.max(last.end, finding.end);
    else union.push({ ...finding });
  }
  return union;
}
