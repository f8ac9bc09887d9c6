import * as z from 'zod/mini';

/** Where raw text is sent: never in clear, except within this machine. */
export const httpsAddress = z
  .string()
  .check(z.refine(isSafe, 'must be an address that begins with https://, or one of this machine'));

function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname))
  );
}
