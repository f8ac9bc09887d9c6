import { memoryAudit } from '../../adapters/memory/audit.ts';
import { memoryControlPlane } from '../../adapters/memory/control-plane.ts';
import { memoryLauncher } from '../../adapters/memory/launcher.ts';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { memoryLogStore } from '../../adapters/memory/log-store.ts';
import { memoryQueue } from '../../adapters/memory/queue.ts';
import type { Result } from '../../core/execution.ts';
import { silentLog } from '../../core/log.ts';
import { encodeFrame, type OutputFrame } from '../../core/output.ts';
import { localRedactor, secretsOnlyRedactor } from '../../core/redaction/local-redactor.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** All that the use cases need, in memory; a test changes what it is about. */
export function memoryAgent() {
  return {
    ledger: memoryLedger(),
    controlPlane: memoryControlPlane(),
    launcher: memoryLauncher(),
    logStore: memoryLogStore(),
    dispatches: memoryQueue(),
    kills: memoryQueue(),
    reports: memoryQueue(),
    auditing: { audit: memoryAudit(), agentName: 'prod', images: { shell: 'shell@sha256:1' } },
    isAudited: true,
    redactor: localRedactor(),
    unredacted: secretsOnlyRedactor(),
    clock: fakeClock(),
    log: silentLog,
    policy: { targets: {} },
    verifyIdentity: null,
    leaseSeconds: 30,
    seen: new Set<string>(),
  };
}

export type MemoryAgent = ReturnType<typeof memoryAgent>;

/** The task as the API sends it. */
export const bashTask = { id: 7, type: 'bash', script: 'true', target: 'shell', redact: 'all' };

/** Puts a task into the ledger as the poller does. */
export async function receive(agent: MemoryAgent, input: object = bashTask) {
  await agent.ledger.create('7', 'task', { receivedAt: agent.clock.now(), input });
}

/** Plays the runner: the permanent claim, the output, the result. */
export async function runTo(agent: MemoryAgent, result: Partial<Result>, frames: OutputFrame[] = []) {
  await agent.ledger.create('7', 'started', {
    by: 'runner',
    launchId: 'launch-1',
    startedAt: agent.clock.now(),
  });
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
  if (frames.length > 0) await agent.ledger.writeOutput('7', 1, Buffer.concat(frames.map(encodeFrame)));
  await agent.ledger.create('7', 'result', {
    reason: 'exited',
    exitCode: 0,
    message: null,
    startedAt: agent.clock.now(),
    endedAt: agent.clock.now(),
    output: { parts: frames.length > 0 ? 1 : 0, bytes, cutBytes: 0 },
    ...result,
  });
}

export const stdout = (text: string): OutputFrame => ({ stream: 'stdout', bytes: Buffer.from(text) });
export const stderr = (text: string): OutputFrame => ({ stream: 'stderr', bytes: Buffer.from(text) });
