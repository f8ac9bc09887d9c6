import { byteSink } from './byte-sink.ts';
import { csvFields } from './csv-fields.ts';
import type { ByteFilter } from './integration.ts';

/**
 * The client's XML as CSV (RFC 4180, with the line feeds that psql writes too). Its batch output could not tell NULL
 * from the four letters; in XML NULL is marked, and becomes an empty field, while an empty text is `""`, as in
 * PostgreSQL's COPY.
 *
 * The client escapes `<`, `>`, `&` and `"`, so that a bare `<` is always markup. A NUL character comes as a space.
 */
export function mysqlXmlToCsv(separator: string): ByteFilter {
  const out = byteSink();
  const table = csvTable(out, separator.charCodeAt(0));
  let state: 'between' | 'tag' | 'field' | 'entity' = 'between';
  let tag = Buffer.alloc(0);
  let lastInTag = 0;
  let entity = '';

  /** Takes what belongs to the state; returns the position of what does not. */
  function take(chunk: Uint8Array, at: number): number {
    if (state === 'field') return takeText(chunk, at);
    if (state === 'entity') return takeEntity(chunk.at(at) ?? 0, at);
    const found = chunk.indexOf(state === 'tag' ? GREATER : LESS, at);
    const end = found < 0 ? chunk.length : found;
    if (state === 'tag') {
      if (tag.length < TAG_BYTES_MAX) tag = Buffer.concat([tag, chunk.subarray(at, end)]);
      if (end > at) lastInTag = chunk[end - 1] ?? 0;
      if (found >= 0) endTag();
    } else if (found >= 0) {
      startTag();
    }
    return end + 1;
  }

  function takeText(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LESS) {
        startTag();
        return at + 1;
      }
      if (byte === AMPERSAND) {
        state = 'entity';
        return at + 1;
      }
      table.put(byte);
    }
    return chunk.length;
  }

  function takeEntity(byte: number, at: number): number {
    if (byte !== SEMICOLON) entity += String.fromCharCode(byte);
    else {
      table.put((ENTITIES.get(entity) ?? '?').charCodeAt(0));
      entity = '';
      state = 'field';
    }
    return at + 1;
  }

  function startTag() {
    state = 'tag';
    tag = Buffer.alloc(0);
  }

  function endTag() {
    state = 'between';
    if (startsWith(tag, 'field ')) {
      table.startField(() => nameIn(tag.toString()));
      // Where the tag is longer than what is kept of it, its end still tells a NULL.
      if (lastInTag === SLASH) table.endNull();
      else state = 'field';
    } else if (startsWith(tag, '/field')) table.endField();
    else if (startsWith(tag, '/row')) table.endRow();
    else if (startsWith(tag, 'resultset')) table.start();
  }

  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; ) at = take(chunk, at);
      return out.take();
    },
    end() {
      table.end();
      return out.take();
    },
  };
}

const LINE_FEED = 0x0a;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
const LESS = 0x3c;
const GREATER = 0x3e;

/** A name has 256 characters at most; the attribute of a result set, its whole statement, is of no interest. */
const TAG_BYTES_MAX = 8192;
const NAME = /^field name="([^"]*)"/;
const ENTITIES = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
]);

function nameIn(tag: string): string {
  const name = NAME.exec(tag)?.[1] ?? '';
  return name.replaceAll(/&(\w+);/g, (text, entity: string) => ENTITIES.get(entity) ?? text);
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString('latin1', 0, text.length) === text;
}

/** Every row names its fields; the first one's names are the header, so that row waits for its end. */
function csvTable(out: ReturnType<typeof byteSink>, separator: number) {
  const firstRow = byteSink();
  const writers = { first: csvFields(firstRow, separator), later: csvFields(out, separator) };
  const header = csvFields(out, separator);
  let first = true;
  let column = 0;
  let open = false;

  const row = () => (first ? firstRow : out);
  const fields = () => (first ? writers.first : writers.later);
  function endRow() {
    if (column > 0 && first) {
      out.put(LINE_FEED);
      firstRow.empty(out.put);
    }
    if (column > 0) out.put(LINE_FEED);
    first = false;
    column = 0;
  }

  return {
    start() {
      first = true;
    },
    startField(name: () => string) {
      if (first) {
        if (column > 0) out.put(separator);
        for (const byte of Buffer.from(name())) header.put(byte);
        header.end();
      }
      if (column++ > 0) row().put(separator);
      open = true;
    },
    put: (byte: number) => fields().put(byte),
    endField() {
      fields().end();
      open = false;
    },
    endNull() {
      open = false;
    },
    endRow,
    /** The client may have ended in the middle. */
    end() {
      if (open) fields().end();
      endRow();
    },
  };
}
