export interface Base64Form {
  text: string;
  edges: number;
}

/** Bits of `edges`: the character before or after the text holds a few bits of the value too. */
export const EDGE_BEFORE = 1;
export const EDGE_AFTER = 2;

/** `base64`, `openssl base64` and Ruby break their lines here. Whoever writes the URL-safe alphabet breaks no lines. */
const LINE_CHARACTERS = [76, 64, 60];
const LINE_ENDS = ['\n', '\r\n'];

/** The value as base64, alone or within a longer text. */
export function* base64Forms(bytes: Uint8Array): Generator<Base64Form> {
  const padded = { text: Buffer.from(bytes).toString('base64'), edges: 0, groupAt: 0 };
  const forms = [padded, ...embedded(bytes)];
  for (const form of forms) {
    yield form;
    yield { ...form, text: form.text.replaceAll('+', '-').replaceAll('/', '_') };
  }
  if (padded.text.length <= Math.min(...LINE_CHARACTERS)) {
    for (const form of embedded(bytes)) yield* brokenOnce(form);
  } else {
    for (const form of forms.filter(({ groupAt }) => groupAt === 0)) yield* wrapped(form);
  }
}

interface EmbeddedForm extends Base64Form {
  /** Where in the text the first whole group of four characters begins. */
  groupAt: number;
}

/**
 * Base64 writes three bytes as four characters, so the value can begin at any of three places within such a group,
 * and the text differs for each. A form consists of the characters that the value alone decides. At an edge that
 * falls inside a character, that character holds 2 or 4 bits of the value and bits of its neighbour: it is masked
 * too, whatever it is. So nothing of the value remains, and an output that was cut right there is masked as well;
 * the price is up to 4 bits of the neighbour.
 */
function embedded(bytes: Uint8Array): EmbeddedForm[] {
  return [0, 1, 2].map((bytesBefore) => {
    const total = bytesBefore + bytes.length;
    const first = Math.ceil((bytesBefore * 4) / 3);
    const whole = Buffer.concat([Buffer.alloc(bytesBefore), bytes]).toString('base64');
    return {
      text: whole.slice(first, Math.floor((total * 4) / 3)),
      edges: (bytesBefore > 0 ? EDGE_BEFORE : 0) | (total % 3 > 0 ? EDGE_AFTER : 0),
      groupAt: (4 - first) % 4,
    };
  });
}

/** A short value may meet the end of a line once, after any whole group. */
function* brokenOnce({ text, edges, groupAt }: EmbeddedForm): Generator<Base64Form> {
  for (let at = groupAt || 4; at < text.length; at += 4) {
    for (const lineEnd of LINE_ENDS) yield { text: `${text.slice(0, at)}${lineEnd}${text.slice(at)}`, edges };
  }
}

/** A long value may be broken in too many ways to list them: it is found where it begins a base64 text. */
function* wrapped({ text, edges }: EmbeddedForm): Generator<Base64Form> {
  for (const columns of LINE_CHARACTERS) {
    for (const lineEnd of LINE_ENDS)
      yield { text: text.replace(new RegExp(`.{${columns}}(?=.)`, 'g'), `$&${lineEnd}`), edges };
  }
}

const ALPHABETS = new Set(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'));

/** Whether the byte is a character of either alphabet. */
export function isBase64(byte: number | undefined): boolean {
  return byte !== undefined && ALPHABETS.has(byte);
}
