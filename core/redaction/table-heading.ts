import { infoTypeBesidePerson, infoTypeOfField } from './field-names.ts';
import type { InfoType } from './finding.ts';
import { cellsOf, type Delimiter } from './table-cells.ts';

export interface Heading {
  delimiter: Delimiter;
  /** What each column holds; undefined for what is nobody's. */
  columns: readonly (InfoType | undefined)[];
}

/** The heading of a table with personal columns, if `line` is one. */
export function headingOf(line: string): Heading | undefined {
  const copied = /^COPY [^(]{1,200}\(([^()]{1,8000})\) FROM stdin;$/i.exec(line)?.[1];
  const [text, delimiter] = copied === undefined ? [line, delimiterOf(line)] : [copied, ',' as const];
  if (line.length > HEADING_CHARACTERS_MAX || !/^[\w\u00c0-\u024f \t|,;"'`./()#-]*$/.test(text))
    return undefined;
  if (delimiter === '' && !isLoneHeading(text.trim())) return undefined;
  const { cells } = cellsOf(text, delimiter);
  const names = cells.map(({ start, end }) => text.slice(start, end));
  const outer = names.length - 1;
  const isHeading = names.every((name, index) =>
    name === '' ? delimiter === '|' && (index === 0 || index === outer) : isColumnName(name),
  );
  if (!isHeading) return undefined;
  const columns = names.map(infoTypeOfField);
  if (columns.every((infoType) => infoType === undefined)) return undefined;
  const isOfPersons = columns.some((infoType) => infoType !== undefined && OF_PERSONS.has(infoType));
  return {
    delimiter: copied === undefined ? delimiter : '\t',
    columns: columns.map(
      (infoType, index) => infoType ?? (isOfPersons ? infoTypeBesidePerson(names[index] ?? '') : undefined),
    ),
  };
}

const HEADING_CHARACTERS_MAX = 8192;

const OF_PERSONS = new Set([
  ...['PERSON_NAME', 'EMAIL_ADDRESS', 'PHONE_NUMBER', 'STREET_ADDRESS', 'DATE_OF_BIRTH'],
  ...['US_SOCIAL_SECURITY_NUMBER', 'BRAZIL_CPF_NUMBER', 'PASSPORT', 'DRIVERS_LICENSE_NUMBER'],
]);

function delimiterOf(line: string): Delimiter {
  for (const delimiter of ['\t', '|', ';', ','] as const) if (line.includes(delimiter)) return delimiter;
  return '';
}

/** At most four words, of which the first begins with a letter: not a sentence, not a value. */
function isColumnName(name: string): boolean {
  return /^[A-Za-z\u00c0-\u024f_`'][^ ,;|]{0,62}(?: [^ ,;|]{1,32}){0,3}$/.test(name) && !name.endsWith('.');
}

/** The heading of a single column stands alone on its line, so it must look like a program's name for something. */
function isLoneHeading(name: string): boolean {
  return (
    /^[a-z]+(?:_[a-z0-9]+)+$/i.test(name) ||
    /^(?:surname|firstname|lastname|fullname|phone|ssn|cpf|dob)$/i.test(name)
  );
}
