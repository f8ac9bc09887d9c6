import { createHash } from 'node:crypto';
import { limits } from '../../core/limits.ts';
import type { StreamName } from '../../core/output.ts';
import { joinRedacted, startOf } from '../../core/redaction/join.ts';
import type { Redacted } from '../../core/redaction/redacted.ts';
import type { RedactedChunk, Redactor } from '../../core/redaction/redactor.ts';

interface RedactedLogInput {
  chunks: AsyncIterable<RedactedChunk>;
  /** The sentence under the output; empty for none. */
  ending: Redacted;
  /** Which streams the result's own text shows. The whole log has both. */
  inlineStreams: readonly StreamName[];
  message: Redactor['message'];
}

/** The log on its way to the store, of which the first part is kept for the result's own text. */
export function redactedLog({ chunks, ending, inlineStreams, message }: RedactedLogInput) {
  const kept: Redacted[] = [];
  const hash = createHash('sha256');
  let keptCharacters = 0;
  let inlineCharacters = 0;
  let characters = 0;
  let lastCharacter = '\n';

  function pass(text: Redacted, inline: boolean): Redacted {
    hash.update(text);
    characters += text.length;
    lastCharacter = text.at(-1) ?? lastCharacter;
    if (inline) {
      const start = startOf(text, limits.inlineLogCharacters - keptCharacters);
      if (start) kept.push(start);
      keptCharacters += start.length;
      inlineCharacters += text.length;
    }
    return text;
  }

  return {
    /** The whole log. Read it once, to its end, before the others are asked. */
    async *text(): AsyncGenerator<Redacted> {
      for await (const { stream, text } of chunks) yield pass(text, inlineStreams.includes(stream));
      if (!ending) return;
      if (lastCharacter !== '\n') yield pass(message('\n'), true);
      yield pass(message(`${ending}\n`), true);
    },
    /** What the result itself carries; `location` says where the rest is when it was not uploaded. */
    inline(location: string | null): Redacted {
      if (keptCharacters === inlineCharacters) return joinRedacted(kept);
      const where =
        location === null ? 'the complete log was uploaded' : `the complete log is at ${location}`;
      const note = `\n[first ${keptCharacters} of ${inlineCharacters} characters; ${where}]\n`;
      return joinRedacted([...kept, message(note)]);
    },
    characters: () => characters,
    /** Of the whole log in UTF-8. Ask once. */
    sha256: () => hash.digest('hex'),
  };
}
