/**
 * What node runs: the end of a session of ECS Exec that `aws ecs execute-command` leaves to a plugin of 10 MB. It
 * prints what the command prints, and exits with the code that the marker at the end of the output tells.
 *
 * The data channel is a WebSocket. After the token come binary messages: a header of big-endian numbers, and a payload
 * (https://github.com/aws/session-manager-plugin/blob/mainline/src/message/clientmessage.go). Each side sends what
 * the other has not acknowledged again, in any order.
 */
export const liveExecProgram = String.raw`
const { createHash, randomBytes, randomUUID } = require('node:crypto');
const { readFileSync } = require('node:fs');

const { url, token, marker } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const HEADER_BYTES = 116;
const OUTPUT = 1, SIZE = 3, HANDSHAKE = 5, HANDSHAKE_ANSWER = 6, STDERR = 11;
// Of the plugin whose messages these are.
const VERSION = '1.2.295.0';
const UNKNOWN_END = 255;
// Of a kilobyte each. What does not fit in is not acknowledged, and comes again.
const HELD_MAX = 10_000;
const SENDS_MAX = 300;
const WIDE = JSON.stringify({ cols: 10_000, rows: 100 });

function encode(type, { payload, payloadType = 0, sequence = 0, flags = 0 }) {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(HEADER_BYTES + 4);
  header.writeUInt32BE(HEADER_BYTES, 0);
  header.write(type.padEnd(32), 4);
  header.writeUInt32BE(1, 36);
  header.writeBigUInt64BE(BigInt(Date.now()), 40);
  header.writeBigInt64BE(BigInt(sequence), 48);
  header.writeBigUInt64BE(BigInt(flags), 56);
  randomBytes(16).copy(header, 64);
  createHash('sha256').update(body).digest().copy(header, 80);
  header.writeUInt32BE(payloadType, 112);
  header.writeUInt32BE(body.length, 116);
  return Buffer.concat([header, body]);
}

/** Undefined for what is damaged: it is not acknowledged, so it comes again. */
function decode(bytes) {
  if (bytes.length < HEADER_BYTES + 4) return undefined;
  const payload = bytes.subarray(bytes.readUInt32BE(0) + 4);
  const digest = createHash('sha256').update(payload).digest();
  if (payload.length > 0 && !digest.equals(bytes.subarray(80, 112))) return undefined;
  // The halves of the id are the wrong way round.
  const id = bytes.toString('hex', 72, 80) + bytes.toString('hex', 64, 72);
  return {
    type: bytes.toString('latin1', 4, 36).replace(/[\0 ]+$/, ''),
    sequence: Number(bytes.readBigInt64BE(48)),
    id: id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    payloadType: bytes.readUInt32BE(112),
    payload,
  };
}

/** Prints what comes from the terminal of the command, until the marker tells the exit code. */
function printer() {
  const end = new RegExp(marker + ':(\\d{1,3})\\n');
  let held = '';
  let hasEnded = false;
  const print = async (length) => {
    const text = held.slice(0, length);
    held = held.slice(length);
    if (text !== '' && !process.stdout.write(text, 'latin1'))
      await new Promise((resolve) => process.stdout.once('drain', resolve));
  };
  return {
    async push(bytes) {
      if (hasEnded) return undefined;
      // The terminal has put a carriage return before each line feed.
      held = (held + bytes.toString('latin1')).replaceAll('\r\n', '\n');
      const found = end.exec(held);
      if (!found) return print(endOfOutput(held));
      hasEnded = true;
      await print(found.index);
      return Number(found[1]);
    },
    flush: () => (hasEnded ? undefined : print(held.length)),
  };
}

/** Before what may become the end: the marker or its beginning, or half of a line end. */
function endOfOutput(text) {
  const start = marker + ':';
  const at = text.lastIndexOf(start);
  if (at >= 0 && text.length - at <= start.length + 4) return at;
  for (let length = Math.min(start.length, text.length); length > 0; length--)
    if (start.startsWith(text.slice(-length))) return text.length - length;
  return text.endsWith('\r') ? text.length - 1 : text.length;
}

function answerTo(payload) {
  const { RequestedClientActions: actions } = JSON.parse(payload.toString());
  const processed = (actions ?? []).map(({ ActionType }) => {
    if (ActionType === 'SessionType') return { ActionType, ActionStatus: 1, ActionResult: null, Error: '' };
    if (ActionType === 'KMSEncryption')
      throw new Error('The ECS cluster encrypts its sessions of ECS Exec with a KMS key, which this agent cannot do.');
    return { ActionType, ActionStatus: 3, ActionResult: null, Error: 'Unsupported action ' + ActionType };
  });
  return JSON.stringify({ ClientVersion: VERSION, ProcessedClientActions: processed, Errors: [] });
}

/** What we say. It is said again until it is acknowledged. */
function sender(socket, fail) {
  const sent = new Map();
  let sequence = 0;
  const send = (payloadType, payload) => {
    const message = encode('input_stream_data', { payload, payloadType, sequence });
    sent.set(sequence++, { message, times: 1 });
    socket.send(message);
  };
  const again = setInterval(() => {
    for (const one of sent.values()) {
      if (++one.times > SENDS_MAX) return fail(new Error('The session of ECS Exec does not answer.'));
      socket.send(one.message);
    }
  }, 1000);
  // A connection without a message is closed after some minutes.
  const alive = setInterval(() => send(SIZE, WIDE), 60_000);
  return {
    send,
    acknowledge({ type, id, sequence: number }) {
      const said = { AcknowledgedMessageType: type, AcknowledgedMessageId: id, IsSequentialMessage: true };
      const payload = JSON.stringify({ ...said, AcknowledgedMessageSequenceNumber: number });
      socket.send(encode('acknowledge', { payload, flags: 3 }));
    },
    acknowledged: (payload) => sent.delete(JSON.parse(payload.toString()).AcknowledgedMessageSequenceNumber),
    stop() {
      clearInterval(again);
      clearInterval(alive);
    },
  };
}

function talk(socket) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const output = printer();
  const { send, acknowledge, acknowledged, stop } = sender(socket, reject);
  const held = new Map();
  let expected = 0, isBusy = false, isOver = '';

  const take = async ({ payloadType, payload }) => {
    if (payloadType === HANDSHAKE) {
      send(HANDSHAKE_ANSWER, answerTo(payload));
      send(SIZE, WIDE);
    } else if (payloadType === OUTPUT || payloadType === STDERR) {
      const code = await output.push(payload);
      if (code !== undefined) resolve(code);
    }
  };
  const takeInOrder = async () => {
    if (isBusy) return;
    isBusy = true;
    for (let next = held.get(expected); next; next = held.get(expected)) {
      held.delete(expected++);
      await take(next);
    }
    isBusy = false;
    if (isOver) await end();
  };
  const end = async () => {
    await output.flush();
    reject(new Error('The session of ECS Exec ended' + isOver + ', and without telling how the command did.'));
  };
  const over = (why) => {
    isOver ||= why;
    void takeInOrder().catch(reject);
  };
  socket.addEventListener('message', ({ data }) => {
    const message = typeof data === 'string' ? undefined : decode(Buffer.from(data));
    if (message?.type === 'acknowledge') {
      acknowledged(message.payload);
    } else if (message?.type === 'channel_closed') {
      const { Output } = JSON.parse(message.payload.toString());
      over(Output ? ' (' + Output + ')' : ' of itself');
    } else if (message?.type === 'output_stream_data') {
      if (message.sequence > expected && held.size >= HELD_MAX) return;
      if (message.sequence >= expected) held.set(message.sequence, message);
      acknowledge(message);
      takeInOrder().catch(reject);
    }
  });
  socket.addEventListener('close', () => over(' with its connection'));
  process.on('SIGTERM', () => send(OUTPUT, '\u0003'));
  return promise.finally(stop);
}

async function main() {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => {
    const fail = () => reject(new Error('The session of ECS Exec cannot be reached (' + new URL(url).hostname + ').'));
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', fail);
    setTimeout(fail, 30_000).unref();
  });
  socket.send(JSON.stringify({
    MessageSchemaVersion: '1.0', RequestId: randomUUID(), TokenValue: token,
    ClientId: randomUUID(), ClientVersion: VERSION,
  }));
  return talk(socket).finally(() => socket.close());
}

// Not process.exit: what is not written yet would be lost.
main()
  .catch((error) => {
    process.stderr.write(error.message + '\n');
    return UNKNOWN_END;
  })
  .then((code) => {
    process.exitCode = code;
  });
`;
