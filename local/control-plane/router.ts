import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';

/** One request, as a handler sees it. */
export interface Call {
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The parsed JSON; undefined without a body and on routes whose body is `raw`. */
  body: unknown;
  request: IncomingMessage;
  /** How the caller reaches this server: `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** The caller's own token when it is a JWT. */
  jwt: string | null;
  /** Aborts when the caller has gone. */
  gone: AbortSignal;
}

/** `body` is sent as JSON, `text` as it is. */
export interface Answer {
  status: number;
  body?: unknown;
  text?: Readable | string;
  headers?: Readonly<Record<string, string>>;
}

export type Handled = Answer | Promise<Answer>;

/** Who may call it decides what the handler is given. `anyone` routes check a signature by themselves. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  /** 1 MiB unless told; `raw` leaves the body to the handler. */
  bodyBytesMax?: number | 'raw';
} & (
  | { for: 'agent' | 'anyone'; handle(call: Call): Handled }
  | { for: 'user' | 'admin'; handle(call: Call, user: User): Handled }
);

export interface Match {
  route: Route;
  params: Readonly<Record<string, string>>;
}

/** Finds the route of a method and path, or says what is wrong: 404, or 405 with the methods that exist. */
export function router(routes: readonly Route[]): (method: string, path: string) => Match {
  const patterns = routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (method, path) => {
    const segments = path.split('/').map(decode);
    const matches = patterns.flatMap((pattern) => {
      const params = matchSegments(pattern.segments, segments);
      return params ? [{ route: pattern.route, params }] : [];
    });
    const match = matches.find(({ route }) => route.method === method);
    if (match) return match;
    if (matches.length === 0) throw new HttpError(404, 'There is no such address. See docs/local-server.md.');
    const allowed = [...new Set(matches.map(({ route }) => route.method))].join(', ');
    throw new HttpError(405, `This address takes ${allowed}.`, { allow: allowed });
  };
}

function matchSegments(pattern: readonly string[], segments: readonly string[]) {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (name.startsWith(':') && segment !== '') params[name.slice(1)] = segment;
    else if (name !== segment) return undefined;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, 'The address holds a percent sign that starts no valid escape.');
  }
}
