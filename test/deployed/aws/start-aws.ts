import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '../../support/emulator.ts';
import { freePort } from '../../support/server-process.ts';
import { startedParts } from '../../support/started-parts.ts';
import { awsAddress, startContainerNetwork } from './container-network.ts';
import { startDockerEngine } from './docker-engine.ts';
import { startDockerProxy } from './docker-proxy.ts';
import { type EcsEvents, startEcsEvents } from './ecs-events.ts';
import { fargate } from './fargate.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { type Registry, startRegistry } from './registry.ts';
import { type TaskCredentials, taskCredentials } from './task-credentials.ts';

/** An AWS account on this machine: who calls is known by its role, and may do what the role's policies say. */
export interface Aws {
  emulator: Emulator;
  registry: Registry;
  recorder: Recorder;
  ecsEvents: EcsEvents;
  /** Ends all that was started, in the opposite order. */
  close(): Promise<void>;
}

export async function startAws(): Promise<Aws> {
  const { keep, close } = startedParts();
  try {
    keep(await startDockerEngine());
    const network = keep(await startContainerNetwork());
    const registry = keep(await startRegistry());
    const folder = keep(temporaryFolder());
    const socket = join(folder.path, 'docker.sock');
    const port = await freePort();
    // The emulator wants its engine first, but asks it for containers only later.
    let parts: { emulator: Emulator; credentials: TaskCredentials } | undefined;
    const dockerProxy = await startDockerProxy(socket, async (config) => {
      if (!parts) return config;
      return fargate(parts.emulator, network.name, parts.credentials)(config);
    });
    keep(dockerProxy);
    const emulator = keep(await startEmulator({ port, env: emulatorEnv(port, socket) }));
    const credentials = taskCredentials(emulator);
    parts = { emulator, credentials };
    const recorder = keep(await startRecorder(emulator, awsAddress, credentials.at));
    const ecsEvents = keep(startEcsEvents(emulator));
    const endpoint = `http://${awsAddress}:${port}`;
    const clientOptions = { ...emulator.clientOptions, endpoint };
    return { emulator: { ...emulator, endpoint, clientOptions }, registry, recorder, ecsEvents, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function emulatorEnv(port: number, dockerSocket: string): Record<string, string> {
  return {
    // Callers prove who they are, and their roles' policies are enforced.
    AUTH: 'true',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    DOCKER_HOST: `unix://${dockerSocket}`,
    // The functions' calls, and the addresses of queues, go to the recorder.
    AWS_ENDPOINT_URL: `http://${awsAddress}:${port}`,
    MINISTACK_HOST: awsAddress,
    LOG_LEVEL: 'INFO',
  };
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'runops-aws-'));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}
