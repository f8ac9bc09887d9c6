import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The server's end of a connection: https://www.rfc-editor.org/rfc/rfc6455. */
export interface WebSocketEnd {
  /** False when the other end should be waited for: `drained` then resolves. */
  send(message: Uint8Array): boolean;
  drained(): Promise<void>;
  close(): void;
}

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Answers the request for an upgrade, and hands over each whole message. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  protocol: string | null,
  receive: (message: Buffer) => void,
): WebSocketEnd {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accepted = createHash('sha1').update(key).digest('base64');
  const headers = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accepted}`];
  if (protocol !== null) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  const said = ['HTTP/1.1 101 Switching Protocols', ...headers];
  socket.write(`${said.join('\r\n')}\r\n\r\n`);

  let waiting = Buffer.alloc(0);
  const parts: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (let frame = frameOf(waiting); frame; frame = frameOf(waiting)) {
      waiting = waiting.subarray(frame.length);
      if (frame.opcode === PING) socket.write(encode(PONG, frame.payload));
      else if (frame.opcode === CLOSE) socket.end(encode(CLOSE, frame.payload));
      else if ([CONTINUATION, TEXT, BINARY].includes(frame.opcode)) {
        parts.push(frame.payload);
        if (frame.isLast) receive(Buffer.concat(parts.splice(0)));
      }
    }
  });
  socket.on('error', () => {}); // the client may be killed
  return {
    send: (message) => socket.destroyed || socket.write(encode(BINARY, message)),
    drained: () =>
      new Promise((resolve) => {
        const go = () => {
          socket.off('drain', go).off('close', go);
          resolve();
        };
        socket.on('drain', go).on('close', go);
      }),
    close: () => socket.end(encode(CLOSE, Buffer.from([0x03, 0xe8]))),
  };
}

function frameOf(bytes: Buffer) {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const start = 2 + lengthBytes + 4;
  if (bytes.length < start) return undefined;
  const size =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + size) return undefined;
  // A client masks all that it sends.
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + size));
  for (let at = 0; at < size; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return { opcode: first & 0x0f, isLast: first >= 0x80, payload, length: start + size };
}

function encode(opcode: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  header[0] = 0x80 | opcode;
  header[1] = header.length === 2 ? payload.length : header.length === 4 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(payload.length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}
