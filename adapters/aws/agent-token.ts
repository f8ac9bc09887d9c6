import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';

const token = z.string().check(z.regex(/^[\x21-\x7e]+$/));
const keyed = z.union([
  z.pipe(
    z.object({ TOKEN: token }),
    z.transform(({ TOKEN }) => TOKEN),
  ),
  z.pipe(
    z.object({ token }),
    z.transform(({ token }) => token),
  ),
]);

/**
 * The organisation's agent token in the text of its secret: the token alone, or JSON with it under `TOKEN` or `token`,
 * as the console of Secrets Manager stores it.
 * @throws AgentError `config-invalid`.
 */
export function parseAgentToken(text: string): string {
  const trimmed = text.trim();
  const parsed = trimmed.startsWith('{') ? keyed.safeParse(jsonOf(trimmed)) : token.safeParse(trimmed);
  if (parsed.success) return parsed.data;
  throw new AgentError(
    'config-invalid',
    'The secret of TOKEN_SECRET holds no agent token. Store the token alone, or as JSON: {"TOKEN": "…"}.',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
