import * as z from 'zod/mini';

const ErrorKind = z.object({ code: z.optional(z.unknown()), name: z.optional(z.unknown()) });

/**
 * ` (ECONNRESET)` or ` (SyntaxError)`: what an error of a library is called, for a message that may not quote the error
 * itself, which may quote the text. Empty for anything that does not look like a name.
 */
export function kindOfError(thrown: unknown): string {
  const { data } = ErrorKind.safeParse(thrown);
  const kind = [data?.code, data?.name].find(isName);
  return kind === undefined ? '' : ` (${kind})`;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== 'Error' && /^[A-Za-z_]{3,40}$/.test(value);
}
