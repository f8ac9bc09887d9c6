/** A secret inside a value. With a key it is a value in its own right, judged by that key; "" means the outer key. */
export interface InnerSecret {
  key: string | null;
  value: string;
}

/** What a value holds inside: passwords of URIs and connection strings, the leaves of JSON, a key in base64. */
export function* secretsWithin(value: string): Generator<InnerSecret> {
  for (const password of [...passwordsOfUris(value), ...passwordsOfSettings(value)]) {
    yield { key: null, value: password };
    yield { key: null, value: percentDecoded(password) };
  }
  yield* leavesOfJson(value);
  const decoded = decodedKey(value);
  if (decoded !== null) yield { key: '', value: decoded };
  yield* secretsOfKubeconfig(value);
}

/** What a kubeconfig lets its holder in with, also when it is encoded as base64. */
function* secretsOfKubeconfig(value: string): Generator<InnerSecret> {
  const text = /^\s*(?:apiVersion|kind|clusters|users)\s*:/m.test(value) ? value : base64Text(value);
  if (!text || !/^\s*users\s*:/m.test(text)) return;
  for (const [, ...scalars] of text.matchAll(KUBECONFIG_SECRET)) {
    const secret = plainScalar(scalars);
    yield { key: null, value: secret };
    const decoded = decodedKey(secret);
    if (decoded !== null) yield { key: '', value: decoded };
  }
  for (const [, key = '', ...scalars] of text.matchAll(EXEC_VARIABLE))
    yield { key, value: plainScalar(scalars) };
}

/** A scalar of YAML: in double quotes, in single quotes, on a line of its own below `|` or `>`, or as it is. */
const SCALAR =
  String.raw`[ \t]*(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|` +
  String.raw`[|>][-+]?[ \t]*\n[ \t]*(\S+)|([^\s,}"'|>][^\s,}]*))`;
const KUBECONFIG_SECRET = new RegExp(
  String.raw`(?<![\w.-])["']?(?:(?:[\w-]+-)?token|password|client-secret|client-key-data)["']?[ \t]*:${SCALAR}`,
  'g',
);
/** What the program of an `exec` user finds in its environment: `name: AWS_SECRET_ACCESS_KEY`, then `value: …`. */
const EXEC_VARIABLE = new RegExp(
  String.raw`\bname:[ \t]*["']?([\w.-]+)["']?[ \t]*\n[ \t]*value:${SCALAR}`,
  'g',
);

function plainScalar([double, single, below, plain]: (string | undefined)[]): string {
  return double?.replaceAll(/\\(.)/g, '$1') ?? single?.replaceAll("''", "'") ?? below ?? plain ?? '';
}

/** `scheme://user:password@host`, `scheme://:password@host` and `scheme://token@host`. */
function* passwordsOfUris(value: string): Generator<string> {
  for (const [, rest = ''] of value.matchAll(/\b[a-z][a-z0-9+.:-]{0,40}:\/\/([^\s"'<>]+)/gi)) {
    const userInfo = beforeLastAt(rest.split(/[/?#]/, 1)[0] ?? '');
    if (userInfo.length >= TOKEN_CHARACTERS_MIN && !userInfo.includes(':')) yield userInfo;
    // A password that was not percent-encoded may hold "/" and "@": then the last "@" of all ends it.
    for (const account of [userInfo, beforeLastAt(rest)]) {
      const colon = account.indexOf(':');
      if (colon >= 0) yield account.slice(colon + 1);
    }
  }
}

const TOKEN_CHARACTERS_MIN = 16;

function beforeLastAt(text: string): string {
  return text.slice(0, Math.max(text.lastIndexOf('@'), 0));
}

/** `…?user=app&password=…` of JDBC, `Server=db;Pwd=…` of ADO, `host=db password=…` of libpq. */
function* passwordsOfSettings(value: string): Generator<string> {
  const settings = value.matchAll(
    /(?:pass(?:word|wd)?|pwd|token|secret|(?:api|access|account)[-_]?key)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^&;\s'"]+))/gi,
  );
  for (const [, single, double, plain] of settings) yield single ?? double ?? plain ?? '';
}

/** The texts in a JSON object or array, each with the keys above it: what lies in `password` is one. */
function* leavesOfJson(value: string): Generator<InnerSecret> {
  const open: { key: string; node: unknown }[] = [{ key: '', node: jsonOf(value) }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { key, node } = next;
    if (Array.isArray(node)) for (const item of node) open.push({ key, node: item });
    else if (typeof node === 'object' && node !== null)
      for (const [name, child] of Object.entries(node))
        open.push({ key: key === '' ? name : `${key}.${name}`, node: child });
    else if (typeof node === 'string' || typeof node === 'number') yield { key, value: String(node) };
  }
}

/** Undefined unless it is an object or an array: a text in a text would be judged for ever. */
function jsonOf(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Of base64 only what plainly is a key: a PEM file or a JSON object. Programs write these out decoded. */
function decodedKey(value: string): string | null {
  const decoded = base64Text(value);
  if (decoded === null) return null;
  return decoded.includes('-----BEGIN ') || typeof jsonOf(decoded) === 'object' ? decoded : null;
}

function base64Text(value: string): string | null {
  const base64 = value.replaceAll(/\s/g, '');
  if (base64.length < TOKEN_CHARACTERS_MIN || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return null;
  return Buffer.from(base64, 'base64').toString('utf8');
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
