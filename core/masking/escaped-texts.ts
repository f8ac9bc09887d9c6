/** The value as it is, and as hex, URL, JSON, shell, SQL, CSV and HTML writers print it. Repeats are possible. */
export function* escapedTexts(value: string): Generator<string> {
  yield value;
  yield value.replace(/\r?\n/g, '\r\n'); // what a terminal makes of line feeds
  yield [...value].join('\0'); // UTF-16 in either order, as far as it is ASCII
  yield* hexTexts(value);
  yield* urlTexts(value);
  yield* jsonTexts(value);
  yield* quotedTexts(value);
  yield* htmlTexts(value);
}

function* hexTexts(value: string): Generator<string> {
  const hex = Buffer.from(value).toString('hex');
  for (const digits of [hex, hex.toUpperCase()]) {
    yield digits;
    yield digits.replace(/../g, '%$&');
  }
}

/** The libraries differ in what they leave unescaped, in the space and in the case of the digits. */
function* urlTexts(value: string): Generator<string> {
  const component = encodeURIComponent(value);
  const strict = component.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const escaped = [
    encodeURI(value),
    component,
    strict, // RFC 3986: Ruby's url_encode, Python's quote with no safe characters
    strict.replaceAll('%2F', '/'), // Python's quote
    strict.replaceAll('~', '%7E').replaceAll('%2A', '*'), // URLSearchParams and HTML forms
  ];
  for (const text of escaped) {
    for (const spaced of [text, text.replaceAll('%20', '+')]) {
      yield spaced;
      yield spaced.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase());
    }
  }
}

/** What the JSON writers turn into `\uXXXX` beyond the control characters. */
const JSON_ESCAPED = [
  /(?!)/g, // nothing: JSON.stringify, jq
  /[\u007f-\uffff]/g, // Python's json.dumps
  /[<>&\u2028\u2029]/g, // Go, Rails
  /[<>&='\u2028\u2029]/g, // Gson
];

function* jsonTexts(value: string): Generator<string> {
  const json = JSON.stringify(value).slice(1, -1);
  yield json.replaceAll('\\"', '"'); // Python's repr and Node's inspect, in single quotes
  yield json.replaceAll('\\"', '"').replaceAll("'", "\\'");
  for (const slashes of [json, json.replaceAll('/', '\\/')]) {
    for (const escaped of JSON_ESCAPED) {
      yield slashes.replace(escaped, (unit) => `\\u${hexUnit(unit)}`);
      yield slashes.replace(escaped, (unit) => `\\u${hexUnit(unit).toUpperCase()}`);
    }
  }
  // .NET
  yield json
    .replaceAll('\\"', '"')
    .replace(/["&'+<>`\u007f-\uffff]/g, (unit) => `\\u${hexUnit(unit).toUpperCase()}`);
}

const hexUnit = (unit: string) => unit.charCodeAt(0).toString(16).padStart(4, '0');

function* quotedTexts(value: string): Generator<string> {
  yield value.replaceAll("'", "'\\''"); // `set -x`, `export -p`
  yield value.replaceAll("'", `'"'"'`); // Python's shlex.quote
  yield value.replace(/["\\$`]/g, '\\$&'); // `declare -p`
  yield value.replace(/[^\w@%+=:,./\n\u0080-\uffff-]/g, '\\$&'); // `printf %q`
  yield value.replaceAll("'", "''"); // SQL
  yield value.replaceAll('"', '""'); // CSV
}

function* htmlTexts(value: string): Generator<string> {
  const text = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const attribute = text.replaceAll('"', '&quot;');
  yield text;
  yield attribute;
  yield attribute.replaceAll("'", '&#39;');
  yield attribute.replaceAll("'", '&#x27;');
  yield attribute.replaceAll("'", '&apos;'); // XML
  yield text.replaceAll('"', '&#34;').replaceAll("'", '&#39;'); // Go, Jinja
}
