import { HttpError } from './http-error.ts';

const names = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

export function isLoopback(host: string): boolean {
  return names.has(host);
}

/**
 * A web page may let its own name resolve to 127.0.0.1 and then talk to us as its own server ("DNS rebinding").
 * Its name stays in the Host header, so only our own names are answered, and that of the proxy before us.
 */
export function requireOwnHost(header = '', publicUrl?: string): void {
  const host = header.toLowerCase();
  if (isLoopback(host.replace(/:\d+$/, ''))) return;
  if (publicUrl !== undefined && host === new URL(publicUrl).host) return;
  throw new HttpError(421, 'This server answers to 127.0.0.1, localhost and [::1] only.');
}
