/**
 * Does `work` for each item, so many at once, and for all of them whatever fails. Returns what was thrown.
 */
export async function atOnce<T>(
  count: number,
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const iterator = all(items);
  const takeNext = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      await work(next.value).catch((thrown) => failures.push(thrown));
    }
  };
  await Promise.all(Array.from({ length: count }, takeNext));
  return failures;
}

/** Of a generator, calls of `next` wait for each other: an item is taken once. */
async function* all<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}
