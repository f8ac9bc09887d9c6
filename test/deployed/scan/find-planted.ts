import type { Planted } from './planted.ts';

/** A text that somebody outside of the execution's container can read, and where. */
export interface Place {
  place: string;
  text: string;
}

/** Where which planted value is, also as JSON, in a URL, in base64 or in hexadecimal digits; never the value itself. */
export async function findPlanted(
  planted: Planted,
  places: AsyncIterable<Place> | Iterable<Place>,
): Promise<{ found: string[]; places: number; characters: number }> {
  const wanted = Object.entries(planted).map(([name, value]) => ({ name, forms: formsOf(value) }));
  const found: string[] = [];
  let count = 0;
  let characters = 0;
  for await (const { place, text } of places) {
    count++;
    characters += text.length;
    for (const { name, forms } of wanted) {
      const form = forms.find(([, form]) => text.includes(form));
      if (form) found.push(`${name}, ${form[0]}, in ${place}`);
    }
  }
  return { found, places: count, characters };
}

function formsOf(value: string): [how: string, form: string][] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  return [
    ['as it is', value],
    ['as JSON', JSON.stringify(value).slice(1, -1)],
    ['as JSON in JSON', JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ['in a URL', encodeURIComponent(value)],
    ['in a form', new URLSearchParams({ v: value }).toString().slice(2)],
    ['as XML', value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')],
    ['in hexadecimal digits', hex],
    ['in hexadecimal digits', hex.toUpperCase()],
    ...[0, 1, 2].flatMap((before): [string, string][] => {
      const form = insideBase64(bytes, before);
      return [
        ['in base64', form],
        ['in base64url', form.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  ];
}

/** The characters that are the same whatever is around a value that begins `before` bytes after a group of three. */
function insideBase64(bytes: Buffer, before: number): string {
  const start = (3 - before) % 3;
  const whole = bytes.subarray(start);
  return whole.subarray(0, whole.length - (whole.length % 3)).toString('base64');
}
