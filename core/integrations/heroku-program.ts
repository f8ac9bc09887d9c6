/**
 * What node runs: `heroku run --no-tty --exit-code` in a few lines. Heroku's own client is 400 MB large, reports to its
 * makers, and loses the end of a long output when the command fails.
 *
 * The dyno writes to a connection of TLS, both streams in one, after a first line that says `rendezvous`
 * (https://devcenter.heroku.com/articles/platform-api-reference#dyno). Its exit code is what the command line, as
 * that client makes it, prints last. A dyno whose connection ends is ended by Heroku.
 */
export const herokuProgram = String.raw`
const { readFileSync } = require('node:fs');
const { connect } = require('node:tls');

const task = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const MARK = Buffer.from('\uFFFF');
const END = /^\uFFFF heroku-command-exit-status: (\d{1,3})\s*$/;

async function ask(path, method, body) {
  let response;
  try {
    response = await fetch(task.api + path, {
      method,
      body: body && JSON.stringify(body),
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: 'Bearer ' + task.key,
        'content-type': 'application/json',
      },
      redirect: 'error',
      signal: AbortSignal.timeout(60_000),
    });
  } catch (error) {
    throw new Error('Heroku does not answer (' + (error.cause?.code ?? error.name) + ').');
  }
  const said = await response.json().catch(() => ({}));
  if (response.ok) return said;
  const why = 'Heroku refused it (HTTP ' + response.status + '): ' + (said.message ?? '');
  throw new Error(response.status === 401 ? why + ' Check HEROKU_API_KEY.' : why);
}

async function attach({ attach_url }) {
  const url = new URL(attach_url);
  if (url.protocol !== 'rendezvous:') throw new Error('Apps of private spaces, which take SSH, cannot be reached.');
  const servername = /[a-z]/i.test(url.hostname) ? url.hostname : '';
  const socket = connect({ port: Number(url.port), host: url.hostname, servername });
  socket.once('secureConnect', () => socket.write(url.pathname.slice(1) + url.search + '\r\n'));
  socket.setKeepAlive(true, 30_000);
  let held = Buffer.alloc(0);
  let isOpen = false;
  socket.on('error', () => {}); // also after the loop, which throws what it sees
  for await (const bytes of socket) {
    held = Buffer.concat([held, bytes]);
    if (!isOpen) {
      const lineEnd = held.indexOf('\n');
      if (lineEnd < 0) continue;
      held = held.subarray(lineEnd + 1);
      isOpen = true;
      const write = (input) => socket.writable && socket.write(input);
      process.stdin.on('data', write).on('end', () => write('\u0004'));
    }
    await print(held.subarray(0, endOfOutput(held)));
    held = held.subarray(endOfOutput(held));
  }
  const [, code] = END.exec(held.toString()) ?? [];
  if (code !== undefined) return Number(code);
  await print(held);
  throw new Error('The dyno ended without an exit code.');
}

/** Before the last mark, or the bytes at the end that may become one. */
function endOfOutput(bytes) {
  const at = bytes.lastIndexOf(MARK);
  if (at >= 0 && bytes.length - at < 64) return at;
  for (const length of [2, 1])
    if (bytes.subarray(-length).equals(MARK.subarray(0, length))) return bytes.length - length;
  return bytes.length;
}

async function print(bytes) {
  if (!process.stdout.write(bytes)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

async function main() {
  const { app, size, type } = task;
  const { stack } = await ask('/apps/' + encodeURIComponent(app), 'GET');
  // Apps of Cloud Native Buildpacks have their environment from their launcher.
  const line = (stack?.name === 'cnb' ? 'launcher ' : '') + task.command;
  return attach(
    await ask('/apps/' + encodeURIComponent(app) + '/dynos', 'POST', {
      attach: true,
      command: line + ' ; echo "\uFFFF heroku-command-exit-status: $?"',
      env: { TERM: 'dumb' },
      force_no_tty: true,
      size,
      type,
    }),
  );
}

// Not process.exit: what is not written yet would be lost.
main()
  .catch((error) => {
    process.stderr.write(error.message + '\n');
    return 1;
  })
  .then((code) => {
    process.exitCode = code;
    process.stdin.destroy();
  });
`;
