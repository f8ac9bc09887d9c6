import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import {
  agentStream,
  type ChannelMessage,
  type Mischief,
  readMessage,
  writeMessage,
} from './data-channel.ts';
import { listening } from './listening.ts';
import { splitByAgent } from './split-by-agent.ts';
import { acceptWebSocket, type WebSocketEnd } from './web-socket.ts';

export interface FakeEcsExec {
  url: string;
  /** The answers of ECS, to change. */
  tasks: object[];
  /** What ECS was asked for: the action, and its input. */
  asked: { action: string; input: Record<string, unknown> }[];
  /** What the agent in the container started, and what the client told it in its session. */
  started: string[][];
  told: ChannelMessage[];
  /** What the server found wrong with what the client said. */
  wrong: string[];
  /** How many messages nobody has acknowledged when a session is over. */
  unacknowledged: number[];
  mischief: Mischief | undefined;
  actions: { ActionType: string }[];
  /** In place of the command: what the agent does once the handshake is done. */
  instead: ((channel: Channel) => void) | undefined;
  processes: ChildProcess[];
  close(): Promise<void>;
}

export interface Channel {
  print(bytes: Buffer): void;
  /** The session is over. */
  closed(output: string): void;
  /** The connection is. */
  drop(): void;
}

/** A running task of a service whose container takes ECS Exec. */
export const readyTask = {
  taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/shop/0123abcd',
  lastStatus: 'RUNNING',
  containers: [
    {
      name: 'rails',
      lastStatus: 'RUNNING',
      managedAgents: [{ name: 'ExecuteCommandAgent', lastStatus: 'RUNNING' }],
    },
  ],
};

/** ECS, and the agent of SSM in a container of a task, which is this machine. */
export async function startFakeEcsExec(): Promise<FakeEcsExec> {
  const commands = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const action = `${request.headers['x-amz-target']}`.split('.').at(-1) ?? '';
    const input = (await json(request)) as Record<string, unknown>;
    fake.asked.push({ action, input });
    const say = (body: object) =>
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    if (action === 'ListTasks') return say({ taskArns: fake.tasks.map((_, index) => `task/${index}`) });
    if (action === 'DescribeTasks') return say({ tasks: fake.tasks });
    const token = randomUUID();
    commands.set(token, `${input.command}`);
    const streamUrl = `${fake.url.replace('http', 'ws')}/v1/data-channel/session-1?role=publish_subscribe`;
    return say({ session: { sessionId: 'session-1', streamUrl, tokenValue: token } });
  });
  server.on('upgrade', (request, socket) => {
    let receive = (bytes: Buffer) => opening(bytes);
    const end = acceptWebSocket(request, socket, null, (bytes) => {
      try {
        receive(bytes);
      } catch (thrown) {
        fake.wrong.push(`${thrown}`);
      }
    });
    const opening = (bytes: Buffer) => {
      const { TokenValue, MessageSchemaVersion } = JSON.parse(bytes.toString());
      const command = commands.get(TokenValue);
      commands.delete(TokenValue);
      if (command === undefined || MessageSchemaVersion !== '1.0') throw new Error('The token is not good.');
      const session = openSession(fake, end, command);
      receive = session.receive;
      socket.on('close', session.lost);
    };
  });
  const { port, close } = await listening(server);
  const fake: FakeEcsExec = {
    url: `http://127.0.0.1:${port}`,
    ...{ tasks: [readyTask], asked: [], started: [], told: [], wrong: [], unacknowledged: [] },
    ...{ mischief: undefined, instead: undefined, actions: [{ ActionType: 'SessionType' }], processes: [] },
    async close() {
      for (const child of fake.processes) kill(child, 'SIGKILL');
      await close();
    },
  };
  return fake;
}

function openSession(fake: FakeEcsExec, end: WebSocketEnd, command: string) {
  const stream = agentStream(end, fake.mischief);
  let expected = 0;
  let child: ChildProcess | undefined;
  const print = (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += 1024) stream.send(1, bytes.subarray(at, at + 1024));
  };
  const closed = (Output: string) => {
    const payload = Buffer.from(
      JSON.stringify({ SessionId: 'session-1', MessageType: 'channel_closed', Output }),
    );
    const message = {
      type: 'channel_closed',
      sequence: 0,
      flags: 0,
      id: randomUUID(),
      payloadType: 0,
      payload,
    };
    end.send(writeMessage(message));
  };
  const start = () => {
    if (fake.instead) return fake.instead({ print, closed, drop: () => end.close() });
    const words = splitByAgent(command);
    fake.started.push(words);
    child = startInTerminal(words, print, () => void stream.drained().then(() => closed('')));
    fake.processes.push(child);
  };
  const handshake = Buffer.from(
    JSON.stringify({ AgentVersion: '3.3.0.0', RequestedClientActions: fake.actions }),
  );
  stream.send(5, handshake);
  let isFirst = true;
  return {
    receive(bytes: Buffer) {
      const message = readMessage(bytes);
      if (message.type === 'acknowledge') return stream.acknowledged(message.payload);
      // The first is lost on the way.
      if (isFirst) {
        isFirst = false;
        return;
      }
      if (message.sequence > expected) return; // it comes again, after the one before it
      const said = { AcknowledgedMessageType: message.type, AcknowledgedMessageId: message.id };
      const payload = Buffer.from(
        JSON.stringify({
          ...{ ...said, AcknowledgedMessageSequenceNumber: message.sequence, IsSequentialMessage: true },
        }),
      );
      end.send(
        writeMessage({
          type: 'acknowledge',
          sequence: 0,
          flags: 3,
          id: randomUUID(),
          payloadType: 0,
          payload,
        }),
      );
      if (message.sequence < expected) return;
      expected++;
      fake.told.push(message);
      if (message.payloadType === 6) start();
      if (message.payloadType === 1 && message.payload.toString() === '\u0003' && child)
        kill(child, 'SIGINT');
    },
    lost() {
      fake.unacknowledged.push(stream.waiting);
      stream.stop();
    },
  };
}

/** A terminal puts both outputs together, and a carriage return before each line feed. */
function startInTerminal(words: string[], print: (bytes: Buffer) => void, ended: () => void) {
  const [program = '', ...rest] = words;
  const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', program, ...rest], {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  child.stdout.on('data', (bytes: Buffer) =>
    print(Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')),
  );
  child.on('close', ended);
  return child;
}

function kill({ pid, exitCode, signalCode }: ChildProcess, signal: 'SIGINT' | 'SIGKILL') {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
}
