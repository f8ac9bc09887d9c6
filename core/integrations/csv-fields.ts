import { type ByteSink, byteSink } from './byte-sink.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

/** Only its end tells whether a field needs quotes. One that grows beyond this gets them: memory is bounded. */
const HELD_BYTES_MAX = 64 * 1024;

/** Writes fields of CSV (RFC 4180), each byte by byte. */
export interface CsvFields {
  put(byte: number): void;
  /** Ends a text. An empty one gets quotes, so that it is told from NULL. */
  end(): void;
}

export function csvFields(out: ByteSink, separator: number): CsvFields {
  const held = byteSink();
  let special = false;
  let quoted = false;

  function release(withQuotes: boolean) {
    if (withQuotes && !quoted) {
      out.put(QUOTE);
      quoted = true;
    }
    held.empty((byte) => {
      if (byte === QUOTE) out.put(QUOTE);
      out.put(byte);
    });
  }

  return {
    put(byte) {
      special ||= byte === separator || byte === QUOTE || byte === LINE_FEED || byte === CARRIAGE_RETURN;
      held.put(byte);
      if (held.length() === HELD_BYTES_MAX) release(true);
    },
    end() {
      release(special || (!quoted && held.length() === 0));
      if (quoted) out.put(QUOTE);
      special = false;
      quoted = false;
    },
  };
}
