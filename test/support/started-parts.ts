/** What a test has started and has to end. */
interface Part {
  close(): Promise<void>;
}

/** Parts that are started one after the other, and ended in the opposite order. */
export function startedParts() {
  const started: Part[] = [];
  return {
    keep<T extends Part>(part: T): T {
      started.unshift(part);
      return part;
    },
    async close(): Promise<void> {
      for (const part of started.splice(0)) await part.close();
    },
  };
}
