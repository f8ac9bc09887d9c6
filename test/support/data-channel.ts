import { createHash, randomUUID } from 'node:crypto';
import type { WebSocketEnd } from './web-socket.ts';

/** A message of a data channel of SSM, as its agent reads and writes it. */
export interface ChannelMessage {
  type: string;
  sequence: number;
  flags: number;
  id: string;
  payloadType: number;
  payload: Buffer;
}

/** Reads a message of the client, and throws at whatever the real agent would not take. */
export function readMessage(bytes: Buffer): ChannelMessage {
  if (bytes.readUInt32BE(0) !== 116) throw new Error('The header has another length.');
  if (bytes.readUInt32BE(36) !== 1) throw new Error('The schema is not 1.');
  if (Math.abs(Number(bytes.readBigUInt64BE(40)) - Date.now()) > 60_000)
    throw new Error('The date is wrong.');
  const payload = bytes.subarray(120);
  if (bytes.readUInt32BE(116) !== payload.length) throw new Error('The length is wrong.');
  if (!bytes.subarray(80, 112).equals(sha256(payload))) throw new Error('The digest is wrong.');
  return {
    type: bytes.toString('utf8', 4, 36).trim(),
    sequence: Number(bytes.readBigInt64BE(48)),
    flags: Number(bytes.readBigUInt64BE(56)),
    id: uuidOf(Buffer.concat([bytes.subarray(72, 80), bytes.subarray(64, 72)])),
    payloadType: bytes.readUInt32BE(112),
    payload,
  };
}

export function writeMessage(message: ChannelMessage): Buffer {
  const bytes = Buffer.alloc(120 + message.payload.length);
  bytes.writeUInt32BE(116, 0);
  bytes.write(message.type.padEnd(32, '\0'), 4);
  bytes.writeUInt32BE(1, 36);
  bytes.writeBigUInt64BE(BigInt(Date.now()), 40);
  bytes.writeBigInt64BE(BigInt(message.sequence), 48);
  const id = Buffer.from(message.id.replaceAll('-', ''), 'hex');
  id.copy(bytes, 64, 8, 16);
  id.copy(bytes, 72, 0, 8);
  sha256(message.payload).copy(bytes, 80);
  bytes.writeUInt32BE(message.payloadType, 112);
  bytes.writeUInt32BE(message.payload.length, 116);
  message.payload.copy(bytes, 120);
  return bytes;
}

/** What the way to the client does to each message that is sent for the first time. */
export type Mischief = (bytes: Buffer, sequence: number) => Buffer[];

/** The agent's side of the stream: it sends again what the client has not acknowledged. */
export function agentStream(end: WebSocketEnd, mischief: Mischief = (bytes) => [bytes]) {
  const unacknowledged = new Map<number, { id: string; bytes: Buffer; sentAt: number }>();
  const { promise: isDrained, resolve: drain } = Promise.withResolvers<void>();
  let isEnding = false;
  let sequence = 0;
  const again = setInterval(() => {
    for (const one of unacknowledged.values()) {
      if (Date.now() - one.sentAt < 100) continue;
      one.sentAt = Date.now();
      end.send(one.bytes);
    }
  }, 20);
  return {
    get waiting() {
      return unacknowledged.size;
    },
    send(payloadType: number, payload: Buffer) {
      const message = {
        type: 'output_stream_data',
        sequence,
        flags: 0,
        id: randomUUID(),
        payloadType,
        payload,
      };
      const bytes = writeMessage(message);
      unacknowledged.set(sequence, { id: message.id, bytes, sentAt: Date.now() });
      for (const one of mischief(bytes, sequence)) end.send(one);
      sequence++;
    },
    acknowledged(payload: Buffer) {
      const said = JSON.parse(payload.toString());
      const number = said.AcknowledgedMessageSequenceNumber;
      const one = unacknowledged.get(number);
      if (one && (one.id !== said.AcknowledgedMessageId || said.IsSequentialMessage !== true))
        throw new Error(`The acknowledgement of ${number} is for another message.`);
      unacknowledged.delete(number);
      if (isEnding && unacknowledged.size === 0) drain();
    },
    /** When the client has acknowledged all. */
    drained() {
      isEnding = true;
      if (unacknowledged.size === 0) drain();
      return isDrained;
    },
    stop: () => clearInterval(again),
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
