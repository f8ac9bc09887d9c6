interface InspectConfig {
  infoTypes?: { name: string }[];
  customInfoTypes?: {
    infoType: { name: string };
    regex?: { pattern: string };
    dictionary?: { wordList: { words: string[] } };
  }[];
  ruleSet?: {
    infoTypes: { name: string }[];
    rules: {
      exclusionRule: { regex?: { pattern: string }; dictionary?: { wordList: { words: string[] } } };
    }[];
  }[];
}

export interface InspectionRules {
  /** What Google's own detectors would find. */
  infoTypes: Record<string, RegExp>;
  inspectConfig: InspectConfig;
  findingsMax: number;
  /** By how many bytes the positions are wrong. */
  shift: number;
}

/** Inspects as the service does: positions in bytes and in code points, zeros left out, numbers as strings. */
export function inspectText(text: string, { infoTypes, inspectConfig, findingsMax, shift }: InspectionRules) {
  const asked = (inspectConfig.infoTypes ?? []).map(({ name }) => name);
  const patterns = [
    ...Object.entries(infoTypes).filter(([name]) => asked.includes(name)),
    ...(inspectConfig.customInfoTypes ?? []).map(
      ({ infoType, regex, dictionary }) =>
        [
          infoType.name,
          new RegExp(regex?.pattern ?? dictionary?.wordList.words.join('|') ?? '(?!)'),
        ] as const,
    ),
  ];
  const findings = patterns.flatMap(([name, pattern]) => {
    const [byte, codePoint] = [counter(text, Buffer.byteLength), counter(text, (part) => [...part].length)];
    return [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))]
      .filter(({ 0: value }) => !isExcluded(name, value, inspectConfig))
      .map(({ index, 0: value }) => ({
        infoType: { name },
        likelihood: 5,
        location: {
          byteRange: rangeOf(byte(index) + shift, Buffer.byteLength(value)),
          codepointRange: rangeOf(codePoint(index) + shift, [...value].length),
        },
      }));
  });
  return findings.length > findingsMax
    ? { findings: findings.slice(0, findingsMax), findingsTruncated: true }
    : { findings };
}

/** Counts up to positions that only grow, so that a long text is walked over once. */
function counter(text: string, sizeOf: (part: string) => number): (index: number) => number {
  let [at, size] = [0, 0];
  return (index) => {
    size += sizeOf(text.slice(at, index));
    at = index;
    return size;
  };
}

function rangeOf(start: number, length: number) {
  return { ...(start === 0 ? {} : { start: String(start) }), end: String(start + length) };
}

function isExcluded(name: string, value: string, { ruleSet = [] }: InspectConfig): boolean {
  return ruleSet
    .filter(({ infoTypes }) => infoTypes.some((infoType) => infoType.name === name))
    .flatMap(({ rules }) => rules)
    .some(
      ({ exclusionRule: { regex, dictionary } }) =>
        dictionary?.wordList.words.includes(value) ||
        (regex && new RegExp(`^(?:${regex.pattern})$`).test(value)),
    );
}
