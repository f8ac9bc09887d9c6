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
  const take = xmlReader(table);
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

/** Takes what belongs together from a position on; returns the position of what does not. */
function xmlReader(table: ReturnType<typeof csvTable>): (chunk: Uint8Array, at: number) => number {
  let state: 'between' | 'tag' | 'field' | 'entity' = 'between';
  let tag = Buffer.alloc(0);
  let lastInTag = 0;
  let entity = '';

  function takeText(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LESS || byte === AMPERSAND) {
        state = byte === LESS ? 'tag' : 'entity';
        return at + 1;
      }
      table.put(byte);
    }
    return chunk.length;
  }

  function takeEntity(byte: number) {
    if (byte !== SEMICOLON) {
      entity += String.fromCharCode(byte);
      return;
    }
    table.put((ENTITIES.get(entity) ?? '?').charCodeAt(0));
    entity = '';
    state = 'field';
  }

  function takeTag(part: Uint8Array) {
    if (tag.length < TAG_BYTES_MAX) tag = Buffer.concat([tag, part]);
    lastInTag = part.at(-1) ?? lastInTag;
  }

  function endTag() {
    // Where the tag is longer than what is kept of it, its end still tells a NULL.
    state = tell(table, tag, lastInTag === SLASH) ? 'field' : 'between';
    tag = Buffer.alloc(0);
  }

  return (chunk, at) => {
    if (state === 'field') return takeText(chunk, at);
    if (state === 'entity') {
      takeEntity(chunk[at] ?? 0);
      return at + 1;
    }
    const found = chunk.indexOf(state === 'tag' ? GREATER : LESS, at);
    const end = found < 0 ? chunk.length : found;
    if (state === 'tag') takeTag(chunk.subarray(at, end));
    if (found >= 0 && state === 'tag') endTag();
    else if (found >= 0) state = 'tag';
    return end + 1;
  };
}

/** Tells the table what a tag means. True when the text of a field follows. */
function tell(table: ReturnType<typeof csvTable>, tag: Buffer, closesItself: boolean): boolean {
  if (startsWith(tag, 'field ')) {
    table.startField(() => nameIn(tag.toString()));
    if (closesItself) table.endNull();
    return !closesItself;
  }
  if (startsWith(tag, '/field')) table.endField();
  else if (startsWith(tag, '/row')) table.endRow();
  else if (startsWith(tag, 'resultset')) table.start();
  return false;
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
