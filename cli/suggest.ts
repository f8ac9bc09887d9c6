/** ` Did you mean …?` with the nearest of `known`, or nothing when none is near. */
export function suggestion(typed: string, known: readonly string[]): string {
  const bare = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, '');
  const ranked = known
    .map((name) => ({ name, distance: editDistance(bare(typed), bare(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const nearest = ranked[0];
  const near = nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(bare(typed).length / 3));
  return near ? ` Did you mean ${nearest.name}?` : '';
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
