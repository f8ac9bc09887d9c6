import { type ChildProcess, spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { acceptWebSocket } from './web-socket.ts';

const PROTOCOL = 'v5.channel.k8s.io';
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const CLOSED = 255;

/**
 * Runs the command of an exec request as a process of this machine, over the WebSocket that kubectl speaks since 1.31:
 * https://kubernetes.io/docs/reference/using-api/websockets/. Gives the process, which ends with the connection.
 */
export function execInPod(
  request: IncomingMessage,
  socket: Duplex,
  pod: { directory: string },
): ChildProcess | undefined {
  const query = new URL(request.url ?? '', 'https://cluster').searchParams;
  const [program = '', ...rest] = query.getAll('command');
  if (!String(request.headers['sec-websocket-protocol']).includes(PROTOCOL)) {
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    return undefined;
  }
  const child = spawn(program, rest, {
    cwd: pod.directory,
    env: { PATH: process.env.PATH, HOME: pod.directory, LANG: 'C.UTF-8' },
  });
  child.stdin.on('error', () => {}); // it may end before it has read all
  const end = acceptWebSocket(request, socket, PROTOCOL, (message) => {
    if (message[0] === STDIN) child.stdin.write(message.subarray(1));
    else if (message[0] === CLOSED && message[1] === STDIN) child.stdin.end();
  });
  if (query.get('stdin') !== 'true') child.stdin.end();

  for (const [channel, stream] of [[STDOUT, child.stdout] as const, [STDERR, child.stderr] as const]) {
    stream.on('data', (bytes: Buffer) => {
      if (end.send(Buffer.concat([Buffer.from([channel]), bytes]))) return;
      stream.pause();
      void end.drained().then(() => stream.resume());
    });
  }
  const finish = (status: object) => {
    end.send(Buffer.concat([Buffer.from([ERROR]), Buffer.from(JSON.stringify(status))]));
    end.close();
  };
  child.on('error', () =>
    finish({
      status: 'Failure',
      message: `exec: "${program}": executable file not found in $PATH`,
      code: 500,
    }),
  );
  child.on('close', (code) => finish(code === 0 ? { status: 'Success' } : failedWith(code ?? 137)));
  socket.on('close', () => child.kill('SIGKILL'));
  return child;
}

function failedWith(code: number) {
  return {
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}
