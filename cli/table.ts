/** Rows as aligned columns under their headings. A cell is one line: control characters become spaces. */
export function table(headings: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const lines = [headings, ...rows].map((row) => row.map(cell));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const aligned = lines.map((line) =>
    line.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - widthOf(text))).join('  '),
  );
  return aligned.map((line) => `${line.trimEnd()}\n`).join('');
}

function cell(text: string | null): string {
  return text === null || text === '' ? '-' : text.replaceAll(/[\x00-\x1f\x7f-\x9f]+/g, ' ');
}

/** Counted in characters as people see them, so that an accent takes no column of its own. */
function widthOf(text: string): number {
  return [...new Intl.Segmenter().segment(text)].length;
}
