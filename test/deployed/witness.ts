import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { awsAddress } from './aws/container-network.ts';

/** Counts how often each command really started: the commands tell it themselves. */
export interface Witness {
  /** What a script of the type says first, so that its start is seen. */
  line(type: 'bash' | 'node' | 'python' | 'ruby', id: string): string;
  startsOf(id: string): number;
  close(): Promise<void>;
}

export async function startWitness(): Promise<Witness> {
  const starts = new Map<string, number>();
  const server = createServer(async (socket) => {
    const id = await text(socket).catch(() => '');
    starts.set(id, (starts.get(id) ?? 0) + 1);
  });
  server.listen(0, awsAddress);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    line(type, id) {
      if (type === 'bash') return `printf ${id} > /dev/tcp/${awsAddress}/${port}`;
      if (type === 'ruby')
        return `require 'socket'; TCPSocket.open('${awsAddress}', ${port}) { |socket| socket.write('${id}') }`;
      if (type === 'node') return `require('node:net').connect(${port}, '${awsAddress}').end('${id}');`;
      return `import socket; socket.create_connection(('${awsAddress}', ${port})).sendall(b'${id}')`;
    },
    startsOf: (id) => starts.get(id) ?? 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
