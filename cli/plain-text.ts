import { stripVTControlCharacters } from 'node:util';

/**
 * Text for a terminal, without what could drive it: whoever writes a log could otherwise move the cursor over what
 * was printed before, set the title, or fill the clipboard. Line feeds and tabs stay.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}
