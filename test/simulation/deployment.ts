import { memoryLogStore } from '../../adapters/memory/log-store.ts';
import type { AuditRecord } from '../../core/audit.ts';
import { AgentError } from '../../core/errors.ts';
import type { VerifyIdentity } from '../../core/identity.ts';
import { keyServerDown, tokenRejected } from '../../core/identity-rejection.ts';
import { jsonLog, type Log } from '../../core/log.ts';
import type { Audit, LogStore } from '../../core/ports.ts';
import { localDetectors } from '../../core/redaction/local-detectors.ts';
import { localRedactor, secretsOnlyRedactor } from '../../core/redaction/local-redactor.ts';
import type { Redactor } from '../../core/redaction/redactor.ts';
import { runopsApi } from '../../core/runops-api.ts';
import { countFault } from './history.ts';
import { isWithin } from './mix.ts';
import { network } from './network.ts';
import type { ObjectStore } from './object-store.ts';
import type { Process, Universe } from './process.ts';
import type { RunopsServer } from './runops-server.ts';
import { s3Ledger } from './s3-ledger.ts';
import { s3Usage } from './s3-usage.ts';
import { expiryOf, policy, vcpus } from './workload.ts';

/** What every deployment shares: the outside world. */
export interface World extends Universe {
  store: ObjectStore;
  server: RunopsServer;
  logs: Map<string, string>;
  /** The audit trail, in the order in which it was written. */
  trail: { record: AuditRecord; at: number }[];
}

const redactor = localRedactor({ localDetectors });
const unredacted = secretsOnlyRedactor();

/** All ports of one process, each with the world's faults. */
export function portsOf(world: World, process: Process) {
  const { random } = world;
  return {
    ledger: s3Ledger(world, world.store, process),
    controlPlane: runopsApi({
      apiUrl: 'https://api.example.com',
      token: 'agent-token',
      tags: null,
      instance: 'simulated',
      fetch: network(world, world.server, process),
      clock: process.clock,
      random: () => random.between(0, 1),
    }),
    logStore: logStore(world, process),
    redactor: detector(world, process, redactor),
    unredacted: detector(world, process, unredacted),
    verifyIdentity: verifier(world, process),
    auditing: { audit: auditTrail(world, process), agentName: 'simulated', images: {} },
    isAudited: true,
    ...limitOf(world, process),
    clock: process.clock,
    log: logOf(world, process),
    seen: new Set<string>(),
  };
}

/** The policy, and what its daily limit is counted by where the run has one. */
function limitOf(world: World, process: Process) {
  const { dailyLimit } = world.mix;
  if (!dailyLimit) return { policy };
  const usage = s3Usage(world, world.store, process);
  const redact = async (text: string) => redactor.message(text);
  return {
    policy: { ...policy, dailyVcpuMinutes: dailyLimit.limit / 60 },
    usage,
    dailyLimit: { usage, vcpusOf: () => vcpus, redact },
  };
}

function logOf({ history }: World, process: Process): Log {
  const log = jsonLog((text) => history.left.push({ where: 'log', text }), process.clock.now);
  return {
    ...log,
    info(event, fields) {
      if (event === 'task.held') countFault(history, 'the day is used up');
      log.info(event, fields);
    },
  };
}

/** A redactor that has to ask a service, which may be down: at the start or in the middle of an output. */
function detector(world: World, process: Process, inner: Redactor): Redactor {
  const ask = () =>
    process.call(
      'detector.ask',
      () => {
        if (!isWithin(world.mix.redactionDown, world.scheduler.now())) return;
        countFault(world.history, 'redaction down');
        throw new AgentError('redaction-failed', 'The detector is down.', { retryable: true });
      },
      () => new AgentError('redaction-failed', 'The detector gave no answer.', { retryable: true }),
    );
  return {
    message: inner.message,
    async *output(frames, findings) {
      await ask();
      for await (const chunk of inner.output(frames, findings)) {
        if (world.random.chance(0.3)) await ask();
        yield chunk;
      }
    },
  };
}

function logStore({ logs, history, scheduler, mix }: World, process: Process): LogStore {
  const failure = () =>
    new AgentError('log-store-failed', 'The log store gave no answer.', { retryable: true });
  return {
    async write(id, log) {
      const memory = memoryLogStore();
      const stored = await memory.write(id, log);
      const text = memory.logs.get(id) ?? '';
      const put = () => {
        if (isWithin(mix.logStoreDown, scheduler.now())) {
          countFault(history, 'log store down');
          throw failure();
        }
        logs.set(id, text);
        history.left.push({ where: 'log-store', text });
      };
      await process.call(`logs.put ${id}`, put, failure);
      return stored;
    },
  };
}

function auditTrail({ trail, history, scheduler, mix }: World, process: Process): Audit {
  const failure = () => new AgentError('audit-failed', 'The trail gave no answer.', { retryable: true });
  return {
    async write(record) {
      const put = () => {
        if (isWithin(mix.auditDown, scheduler.now())) {
          countFault(history, 'audit down');
          throw failure();
        }
        trail.push({ record, at: scheduler.now() });
        history.left.push({ where: 'audit', text: JSON.stringify(record) });
      };
      await process.call(`audit.write ${record.id}`, put, failure);
    },
  };
}

function verifier(world: World, process: Process): VerifyIdentity {
  const verify = (token: string | null) => {
    if (isWithin(world.mix.keyServerDown, world.scheduler.now())) {
      countFault(world.history, 'key server down');
      throw keyServerDown();
    }
    const expiresAt = expiryOf(token);
    if (expiresAt === undefined) throw tokenRejected('There is no token.');
    if (expiresAt <= process.clock.now()) throw tokenRejected('It has expired.');
    return { email: 'ana@example.com', expiresAt };
  };
  return (token) => process.call('keys.verify', () => verify(token), keyServerDown);
}
