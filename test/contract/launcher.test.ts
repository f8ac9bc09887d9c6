import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateClusterCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe } from 'vitest';
import { ecsLauncher } from '../../adapters/aws/launcher.ts';
import { childUsers } from '../../adapters/local/child-users.ts';
import { localLauncher } from '../../adapters/local/launcher.ts';
import { pidOf } from '../../adapters/local/process-id.ts';
import { memoryLauncher } from '../../adapters/memory/launcher.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { type Emulator, emulatorMissing, startEmulator } from '../support/emulator.ts';
import { launcherSuite } from './launcher-suite.ts';

describe('a launcher in memory', () => {
  const launcher = memoryLauncher();
  launcherSuite(() => ({
    launcher,
    end: (launchId) => {
      launcher.end(launchId);
    },
  }));
});

describe('a launcher of processes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'launcher-'));
  const runnerPath = join(directory, 'runner.mjs');
  // A runner that waits to be ended.
  writeFileSync(runnerPath, 'setInterval(() => {}, 1 << 30);');
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const launcher = localLauncher({
    runnerPath,
    runnerEnvironment: {},
    secretVariable: () => undefined,
    childUsers: childUsers(10001, false),
    clock: systemClock,
  });
  launcherSuite(() => ({ launcher, end: (launchId) => endProcess(pidOf(launchId)) }));
});

function endProcess(pid: number) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

if (emulatorMissing) console.warn(`The contract of the launcher on ECS is left out. ${emulatorMissing}`);

describe.skipIf(emulatorMissing)('a launcher of ECS tasks', () => {
  const cluster = 'runops';
  let emulator: Emulator | undefined;
  let ecs: ECSClient;
  let taskDefinition: string;

  beforeAll(async () => {
    // Without Docker a task has no container and goes on until it is stopped.
    emulator = await startEmulator({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    ecs = new ECSClient(emulator.clientOptions);
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    const registered = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'runops-shell',
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'runner', image: 'runops-shell', essential: true }],
      }),
    );
    taskDefinition = registered.taskDefinition?.taskDefinitionArn ?? '';
  });
  afterAll(() => emulator?.close());

  launcherSuite(() => ({
    launcher: ecsLauncher({
      ecs,
      cluster,
      group: 'runops:agent',
      clock: systemClock,
      settings: async () => ({
        network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true },
        taskDefinitions: { shell: taskDefinition },
        targets: {},
      }),
    }),
    end: async (task) => {
      await ecs.send(new StopTaskCommand({ cluster, task, reason: 'The test ends it.' }));
    },
  }));
});
