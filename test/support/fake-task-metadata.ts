import { createServer } from 'node:http';
import { listening } from './listening.ts';

export interface FakeTaskMetadata {
  /** What ECS puts into ECS_CONTAINER_METADATA_URI_V4. */
  uri: string;
  /** The statuses of the next answers; 200 after them. */
  fails: number[];
  close(): Promise<void>;
}

/** The metadata of one ECS task, as its containers see it. */
export async function startFakeTaskMetadata(
  taskArn: string,
  container: Record<string, string> = {},
): Promise<FakeTaskMetadata> {
  const fails: number[] = [];
  const server = createServer((request, response) => {
    const task = { Cluster: 'runops', TaskARN: taskArn, Family: 'runops-shell' };
    const pages = new Map<string, object>([
      ['/v4/container-1', container],
      ['/v4/container-1/task', task],
    ]);
    const page = pages.get(request.url ?? '');
    const status = fails.shift() ?? (page ? 200 : 404);
    const body = status === 200 ? page : {};
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const { port, close } = await listening(server);
  return { uri: `http://127.0.0.1:${port}/v4/container-1`, fails, close };
}
