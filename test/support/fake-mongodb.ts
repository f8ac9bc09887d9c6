import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

type Document = Record<string, unknown>;
interface Bson {
  serialize(document: Document): Uint8Array;
  deserialize(bytes: Uint8Array): Document;
  Binary: new (bytes: Uint8Array) => unknown;
  Long: { fromNumber(value: number): unknown };
}

/** The one of the image, where it is installed for building that; else the machine's. */
const inImage = join(import.meta.dirname, '../../containers/images/mongodb/node_modules/.bin');
const places = [inImage, ...(process.env.PATH ?? '').split(':')];
const mongosh = places.map((path) => join(path, 'mongosh')).find(existsSync);

/** PATH with mongosh in front. */
export const mongoshPath = `${dirname(mongosh ?? '')}:${process.env.PATH}`;

/** Why mongosh cannot be tried on this machine; undefined when it can. */
export const mongoshMissing: string | undefined = mongosh
  ? undefined
  : 'mongosh is not installed: npm ci --prefix containers/images/mongodb --omit=optional --ignore-scripts';

export interface MongoOptions {
  user: string;
  password: string;
  tls?: TlsOptions;
}

/**
 * A server of MongoDB's wire protocol (OP_MSG) over real sockets, with SCRAM-SHA-256 and a few commands on documents
 * in memory: `find` with equality, `insert`, `aggregate` with `$match`, `listCollections`, `listDatabases`. It shows
 * that the client connects, logs in, sends and prints; it is no database. BSON is that of mongosh's own installation.
 */
export async function startMongodb(options: MongoOptions) {
  const bson: Bson = createRequire(realpathSync(mongosh ?? ''))('bson');
  const store = new Map<string, Document[]>();
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    readMessages(socket, bson, connection(bson, store, options));
  };
  const server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    store,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

function readMessages(socket: Socket, bson: Bson, answer: (command: Document) => Document) {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= held.readInt32LE(0)) {
      const message = held.subarray(0, held.readInt32LE(0));
      held = held.subarray(message.length);
      const query = message.readInt32LE(12) === OP_QUERY;
      const command = query
        ? bson.deserialize(message.subarray(message.indexOf(0, 20) + 9))
        : read(bson, message);
      const body = bson.serialize(answer(command));
      const prefix = query ? Buffer.alloc(20) : Buffer.alloc(5);
      if (query) prefix.writeInt32LE(1, 16);
      const header = Buffer.alloc(16);
      header.writeInt32LE(16 + prefix.length + body.length, 0);
      header.writeInt32LE(message.readInt32LE(4), 8);
      header.writeInt32LE(query ? OP_REPLY : OP_MSG, 12);
      socket.write(Buffer.concat([header, prefix, body]));
    }
  });
}

/** The body of an OP_MSG, with its document sequences as arrays. */
function read(bson: Bson, message: Buffer): Document {
  let command: Document = {};
  for (let at = 20; at < message.length; ) {
    const size = message.readInt32LE(at + 1);
    if (message[at] === 0) {
      command = { ...command, ...bson.deserialize(message.subarray(at + 1, at + 1 + size)) };
    } else {
      const nameEnd = message.indexOf(0, at + 5);
      const documents: Document[] = [];
      for (let next = nameEnd + 1; next < at + 1 + size; next += message.readInt32LE(next)) {
        documents.push(bson.deserialize(message.subarray(next, next + message.readInt32LE(next))));
      }
      command[message.toString('utf8', at + 5, nameEnd)] = documents;
    }
    at += 1 + size;
  }
  return command;
}

function connection(bson: Bson, store: Map<string, Document[]>, options: MongoOptions) {
  const sasl = scramServer(options);
  let loggedIn = false;
  return (command: Document): Document => {
    const [name = '', value] = Object.entries(command)[0] ?? [];
    if (/^(hello|ismaster)$/i.test(name)) return hello;
    if (name === 'saslStart' || name === 'saslContinue') {
      const { payload, done, failed } = sasl(
        String(Buffer.from((command.payload as { buffer: Buffer }).buffer)),
      );
      if (failed)
        return { ok: 0, errmsg: 'Authentication failed.', code: 18, codeName: 'AuthenticationFailed' };
      loggedIn = done;
      return { ok: 1, conversationId: 1, done, payload: new bson.Binary(Buffer.from(payload)) };
    }
    if (['ping', 'endSessions'].includes(name)) return { ok: 1 };
    if (name === 'buildInfo') return { ok: 1, version: '7.0.0', versionArray: [7, 0, 0, 0] };
    if (!loggedIn) return { ok: 0, errmsg: `command ${name} requires authentication`, code: 13 };
    return run(bson, store, { name, collection: `${command.$db}.${value}`, command });
  };
}

const hello = {
  ...{ ok: 1, helloOk: true, ismaster: true, isWritablePrimary: true, readOnly: false },
  ...{ maxWireVersion: 21, minWireVersion: 0, maxBsonObjectSize: 16_777_216 },
  ...{ maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000, localTime: new Date(0) },
};

interface Request {
  name: string;
  collection: string;
  command: Document;
}

function run(bson: Bson, store: Map<string, Document[]>, { name, collection, command }: Request): Document {
  const cursor = (ns: string, firstBatch: Document[]) => ({
    ok: 1,
    cursor: { id: bson.Long.fromNumber(0), ns, firstBatch },
  });
  const found = store.get(collection) ?? [];
  if (name === 'insert') {
    const documents = command.documents as Document[];
    store.set(collection, [...found, ...documents]);
    return { ok: 1, n: documents.length };
  }
  if (name === 'find') {
    const limit = Number(command.limit ?? 0) || found.length;
    return cursor(collection, found.filter(matches(command.filter)).slice(0, limit));
  }
  if (name === 'aggregate') {
    const stages = command.pipeline as { $match?: Document }[];
    if (stages.some((stage) => !stage.$match))
      return { ok: 0, errmsg: 'Unrecognized pipeline stage', code: 40_324 };
    return cursor(
      collection,
      stages.reduce((rows, stage) => rows.filter(matches(stage.$match)), found),
    );
  }
  if (name === 'listDatabases') {
    const names = [...new Set([...store.keys()].map((key) => key.split('.')[0]))];
    return { ok: 1, databases: names.map((database) => ({ name: database, sizeOnDisk: 0, empty: false })) };
  }
  return { ok: 0, errmsg: `no such command: '${name}'`, code: 59, codeName: 'CommandNotFound' };
}

function matches(filter: unknown) {
  const wanted = Object.entries((filter ?? {}) as Document);
  return (document: Document) => wanted.every(([key, value]) => document[key] === value);
}

/** SCRAM-SHA-256, https://www.rfc-editor.org/rfc/rfc7677. */
function scramServer({ user, password }: MongoOptions) {
  const salt = randomBytes(16);
  const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, 4096, 32, 'sha256');
  let exchange = '';
  let first = '';
  return (message: string): { payload: string; done: boolean; failed: boolean } => {
    if (first === '') {
      const bare = message.slice(3);
      const name = /^n=([^,]*)/.exec(bare)?.[1]?.replaceAll('=2C', ',').replaceAll('=3D', '=');
      if (name !== user) return { payload: '', done: false, failed: true };
      const nonce = `${/r=([^,]*)/.exec(bare)?.[1]}${randomBytes(12).toString('base64')}`;
      first = `r=${nonce},s=${salt.toString('base64')},i=4096`;
      exchange = `${bare},${first}`;
      return { payload: first, done: false, failed: false };
    }
    if (message === '') return { payload: '', done: true, failed: false };
    const whole = `${exchange},${message.replace(/,p=.*/, '')}`;
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(createHash('sha256').update(clientKey).digest(), whole);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64');
    if (!message.endsWith(`,p=${proof}`)) return { payload: '', done: false, failed: true };
    return {
      payload: `v=${hmac(hmac(salted, 'Server Key'), whole).toString('base64')}`,
      done: true,
      failed: false,
    };
  };
}
