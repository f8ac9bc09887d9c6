import type { ByteFilter } from './integration.ts';

/**
 * The client's batch output as CSV (RFC 4180, with the line feeds that psql writes too).
 *
 * Batch mode writes values between tabs with `\t`, `\n`, `\0` and `\\` escaped, but the first line, the header,
 * as it is. NULL comes as the four letters, as does a text of these letters: they stay as they are.
 */
export function mysqlBatchToCsv(separator: string): ByteFilter {
  const separatorByte = separator.charCodeAt(0);
  const out = byteSink();
  const field = csvField(out, separatorByte);
  let header = true;
  let escaped = false;
  let onlyField = true;

  function take(byte: number) {
    if (escaped) {
      escaped = false;
      const meant = MEANING.get(byte);
      if (meant === undefined) field.put(BACKSLASH);
      field.put(meant ?? byte);
    } else if (byte === BACKSLASH && !header) {
      escaped = true;
    } else if (byte === TAB) {
      field.end(false);
      out.put(separatorByte);
      onlyField = false;
    } else if (byte === LINE_FEED) {
      field.end(onlyField);
      out.put(LINE_FEED);
      onlyField = true;
      header = false;
    } else {
      field.put(byte);
    }
  }

  return {
    push(chunk) {
      for (const byte of chunk) take(byte);
      return out.take();
    },
    end() {
      if (escaped) field.put(BACKSLASH);
      field.end(false);
      return out.take();
    },
  };
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MEANING = new Map([
  [0x74, TAB],
  [0x6e, LINE_FEED],
  [0x30, 0],
  [BACKSLASH, BACKSLASH],
]);

/** Only its end tells whether a field needs quotes. One that grows beyond this gets them: memory is bounded. */
const HELD_BYTES_MAX = 64 * 1024;

function csvField(out: ByteSink, separator: number) {
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
    put(byte: number) {
      special ||= byte === separator || byte === QUOTE || byte === LINE_FEED || byte === CARRIAGE_RETURN;
      held.put(byte);
      if (held.length() === HELD_BYTES_MAX) release(true);
    },
    /** A line of one empty field would be an empty line, which readers skip: that field gets quotes. */
    end(onlyField: boolean) {
      release(special || (onlyField && held.length() === 0));
      if (quoted) out.put(QUOTE);
      special = false;
      quoted = false;
    },
  };
}

interface ByteSink {
  put(byte: number): void;
  length(): number;
  /** Hands over each byte that was put since the last time. */
  empty(receive: (byte: number) => void): void;
  /** The same as a copy. */
  take(): Uint8Array;
}

function byteSink(): ByteSink {
  let bytes = new Uint8Array(1024);
  let length = 0;
  return {
    put(byte) {
      if (length === bytes.length) {
        const larger = new Uint8Array(length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      bytes[length++] = byte;
    },
    length: () => length,
    empty(receive) {
      for (let at = 0; at < length; at++) receive(bytes[at] ?? 0);
      length = 0;
    },
    take() {
      const taken = bytes.slice(0, length);
      length = 0;
      return taken;
    },
  };
}
