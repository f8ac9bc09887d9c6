import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { CliError } from './errors.ts';

/** Which server, and as whom. `advice` is what to do when it does not answer. */
export interface Server {
  url: string;
  token: string;
  advice: string;
}

interface Place {
  env: Readonly<Record<string, string | undefined>>;
  directory: string;
  /** Undefined where files have no owner. */
  userId: number | undefined;
}

/**
 * The server of `RUNOPS_API_URL` and `RUNOPS_TOKEN`, else the local one, which writes its address to
 * `.runops/server.json`: looked for in `RUNOPS_HOME`, or from the directory upwards.
 */
export async function findServer({ env, directory, userId }: Place): Promise<Server> {
  const { RUNOPS_API_URL: url, RUNOPS_TOKEN: token, RUNOPS_HOME: home } = env;
  if (url && token) {
    const advice = 'Check RUNOPS_API_URL and the network.';
    return { url: checkedUrl(url, 'RUNOPS_API_URL'), token: checkedToken(token, 'RUNOPS_TOKEN'), advice };
  }
  // Half a pair is never completed from a file: a token must not travel to a server that it is not for.
  if (url) throw new CliError('RUNOPS_API_URL is set but RUNOPS_TOKEN is not. Set both, or neither.');
  if (token) throw new CliError('RUNOPS_TOKEN is set but RUNOPS_API_URL is not. Set both, or neither.');
  const files = home
    ? [join(home, 'server.json'), join(home, '.runops/server.json')]
    : upwards(resolve(directory)).map((parent) => join(parent, '.runops/server.json'));
  for (const file of files) {
    const server = await localServer(file, home ? undefined : userId);
    if (server !== undefined) return server;
  }
  throw new CliError(noServer);
}

const noServer = `No Runops server is known here. Either
  start the local one, in another terminal and inside the project:  npm start
  or name a server:  export RUNOPS_API_URL=https://… RUNOPS_TOKEN=…`;

function upwards(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...upwards(parent)];
}

const serverFile = z.object({ url: z.string(), token: z.string() });

async function localServer(file: string, userId: number | undefined): Promise<Server | undefined> {
  const owner = await stat(file).catch(() => undefined);
  if (owner === undefined) return undefined;
  // Whoever can create a directory above this one could otherwise have every script sent to a server of theirs.
  if (userId !== undefined && owner.uid !== userId) {
    throw new CliError(`${file} belongs to another user. If you trust it, set RUNOPS_HOME=${dirname(file)}.`);
  }
  const written = serverFile.safeParse(
    await readFile(file, 'utf8')
      .then(JSON.parse)
      .catch(() => undefined),
  );
  if (!written.success) throw new CliError(`${file} cannot be read. Start the local server again: npm start`);
  const advice = 'Start the local server, in another terminal and inside the project: npm start';
  return { url: checkedUrl(written.data.url, file), token: checkedToken(written.data.token, file), advice };
}

function checkedUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search) {
    throw new CliError(`${source} does not hold the address of a server, as in https://api.example.com`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Checked here, because the error of a header that cannot be sent quotes the header. */
function checkedToken(text: string, source: string): string {
  const token = text.trim().replace(/^Bearer /i, '');
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new CliError(`The token in ${source} holds characters that no token has. Copy it again.`);
}
