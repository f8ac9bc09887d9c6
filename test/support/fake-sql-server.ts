import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { Duplex } from 'node:stream';
import { createSecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';
import { tdsDone, tdsError, tdsInfo, tdsLoginAck, tdsRows } from './tds-tokens.ts';

export interface SqlServerOptions {
  user: string;
  password: string;
  tls?: SecureContextOptions;
}

/**
 * A server of SQL Server's protocol TDS 7.4 over real sockets, with TLS inside of it
 * (https://learn.microsoft.com/openspecs/windows_protocols/ms-tds). Behind it SQLite answers, one statement after the
 * other, and `PRINT 'text'`; `WAITFOR` never comes back. It shows that the client connects, logs in, sends, prints and
 * fails as it should; of T-SQL it knows nothing.
 */
export async function startSqlServer(options: SqlServerOptions) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    serve(socket, options);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const PACKET = { batch: 1, answer: 4, attention: 6, login: 16, prelogin: 18 };
const ENCRYPT = { off: 0, on: 1, notSupported: 2, required: 3 };

function serve(socket: Socket, options: SqlServerOptions) {
  const database = new DatabaseSync(':memory:');
  socket.on('close', () => database.close());
  let wire: Duplex = socket;
  let receive = packets(onMessage);

  function onMessage(type: number, payload: Buffer) {
    if (type === PACKET.prelogin) return onPrelogin(payload);
    if (type === PACKET.attention) return answer(tdsDone({ attention: true }));
    if (type === PACKET.login) return onLogin(payload);
    const sql = payload.toString('utf16le', payload.readUInt32LE(0));
    if (/^\s*waitfor\b/i.test(sql)) return;
    answer(...run(database, sql), tdsDone());
  }

  function onPrelogin(payload: Buffer) {
    const asked = payload[optionAt(payload, 1)] ?? ENCRYPT.notSupported;
    const encrypt = options.tls && asked !== ENCRYPT.notSupported;
    const reply = [
      0,
      0,
      11,
      0,
      6,
      1,
      0,
      17,
      0,
      1,
      255,
      15,
      0,
      0,
      0,
      0,
      0,
      encrypt ? ENCRYPT.on : ENCRYPT.notSupported,
    ];
    send(wire, Buffer.from(reply));
    if (encrypt && options.tls) wire = secured(socket, options.tls, (chunk) => receive(chunk));
    else if (asked === ENCRYPT.required) socket.end();
  }

  function onLogin(payload: Buffer) {
    const user = loginText(payload, 40);
    const password = loginText(payload, 44, (byte) => swapNibbles(byte ^ 0xa5));
    if (user === options.user && password === options.password) return answer(tdsLoginAck(), tdsDone());
    answer(tdsError(18_456, 14, `Login failed for user '${user}'.`), tdsDone({ error: true }));
    wire.end();
  }

  const answer = (...tokens: Buffer[]) => send(wire, Buffer.concat(tokens));
  socket.on('data', (chunk: Buffer) => {
    if (wire === socket) receive(chunk);
  });
  receive = packets(onMessage);
}

/** What the statements of a batch answer. As with SQL Server, the first that fails ends it. */
function run(database: DatabaseSync, sql: string): Buffer[] {
  const tokens: Buffer[] = [];
  for (const statement of sql.split(';').filter((text) => text.trim() !== '')) {
    const printed = /^\s*print\s+'(.*)'\s*$/is.exec(statement);
    if (/^\s*(set|use)\s/i.test(statement)) continue;
    try {
      if (printed) tokens.push(tdsInfo(printed[1] ?? ''));
      else tokens.push(...query(database, statement));
    } catch (thrown) {
      return [...tokens, tdsError(208, 16, String(thrown)), tdsDone({ error: true })];
    }
  }
  return tokens;
}

function query(database: DatabaseSync, statement: string): Buffer[] {
  const prepared = database.prepare(statement);
  prepared.setReadBigInts(true);
  const names = prepared.columns().map(({ name }) => name);
  if (names.length === 0) return [tdsDone({ rows: Number(prepared.run().changes), more: true })];
  const rows = prepared.all().map((row) => Object.values(row));
  return [tdsRows(names, rows), tdsDone({ rows: rows.length, more: true })];
}

/** Puts packets of 8 bytes and a payload together to messages. */
function packets(onMessage: (type: number, payload: Buffer) => void) {
  let held = Buffer.alloc(0);
  let parts: Buffer[] = [];
  return (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 8 && held.length >= held.readUInt16BE(2)) {
      const packet = held.subarray(0, held.readUInt16BE(2));
      held = held.subarray(packet.length);
      parts.push(packet.subarray(8));
      if (((packet[1] ?? 0) & 1) === 0) continue;
      const payload = Buffer.concat(parts);
      parts = [];
      onMessage(packet[0] ?? 0, payload);
    }
  };
}

const PAYLOAD_BYTES_MAX = 4088;

function send(wire: Duplex, payload: Buffer, type = PACKET.answer) {
  for (let at = 0; at < payload.length || at === 0; at += PAYLOAD_BYTES_MAX) {
    const part = payload.subarray(at, at + PAYLOAD_BYTES_MAX);
    const header = Buffer.from([type, at + part.length >= payload.length ? 1 : 0, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(8 + part.length, 2);
    wire.write(Buffer.concat([header, part]));
  }
}

/** The handshake goes in packets of the prelogin; from the first record of the login on TLS has the socket alone. */
function secured(socket: Socket, context: SecureContextOptions, receive: (chunk: Buffer) => void): Duplex {
  let shaking = true;
  const unwrap = packets((_, payload) => pipe.push(payload));
  const pipe = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      if (shaking) send(socket, chunk, PACKET.prelogin);
      else socket.write(chunk);
      done();
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (chunk[0] === 0x17) shaking = false;
    if (shaking) unwrap(chunk);
    else pipe.push(chunk);
  });
  socket.on('close', () => pipe.push(null));
  const secureContext = createSecureContext({ ...context, maxVersion: 'TLSv1.2' });
  const tls = new TLSSocket(pipe, { isServer: true, secureContext });
  return tls.on('data', receive).on('error', () => socket.destroy());
}

function optionAt(payload: Buffer, wanted: number): number {
  for (let at = 0; payload[at] !== 255 && at < payload.length; at += 5) {
    if (payload[at] === wanted) return payload.readUInt16BE(at + 1);
  }
  return payload.length;
}

function loginText(payload: Buffer, field: number, decode = (byte: number) => byte): string {
  const start = payload.readUInt16LE(field);
  return Buffer.from(
    payload.subarray(start, start + 2 * payload.readUInt16LE(field + 2)).map(decode),
  ).toString('utf16le');
}

function swapNibbles(byte: number): number {
  return ((byte & 0x0f) << 4) | (byte >> 4);
}
