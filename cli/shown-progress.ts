import { createHash } from 'node:crypto';
import type { Screen } from './screen.ts';

/** What was shown of a task's output while it ran; only its length and hash are kept, however long it is. */
export interface ShownProgress {
  /** Whether anybody looks. */
  readonly wanted: boolean;
  show(text: string): Promise<void>;
  /** How many bytes of the log were shown already. */
  bytes(): number;
  /** Whether these are those bytes. */
  isHash(sha256: string): boolean;
}

export function shownProgress(screen: Screen, wanted: boolean): ShownProgress {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    wanted,
    async show(text) {
      hash.update(text);
      bytes += Buffer.byteLength(text);
      await screen.write(text);
    },
    bytes: () => bytes,
    isHash: (sha256) => hash.copy().digest('hex') === sha256,
  };
}
