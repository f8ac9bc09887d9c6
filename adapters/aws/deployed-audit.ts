import type { Audit, Clock } from '../../core/ports.ts';
import { once } from './lazy-ports.ts';

interface DeployedAudit {
  AUDIT_BUS: string;
  AUDIT_BUCKET?: string | undefined;
  AWS_ENDPOINT_URL?: string | undefined;
}

export interface LoadedAudit extends Audit {
  /** Loads what writes records ahead of the first of them. What fails here fails again there. */
  load(): void;
}

/** The audit trail of this deployment: events on its bus and, where it has one, a chain in its bucket. */
export function deployedAudit(env: DeployedAudit, clock: Clock): LoadedAudit {
  const bus = once(async () => {
    const [{ eventBridge }, { eventBusAudit }] = await Promise.all([
      import('./event-bridge-client.ts'),
      import('./audit-bus.ts'),
    ]);
    return eventBusAudit({ events: eventBridge, bus: env.AUDIT_BUS, clock });
  });
  const chain = once(async () => {
    if (!env.AUDIT_BUCKET) return undefined;
    const [{ s3Client }, { s3AuditChain }] = await Promise.all([
      import('./s3-client.ts'),
      import('./audit-chain.ts'),
    ]);
    return s3AuditChain({ s3: s3Client(env.AWS_ENDPOINT_URL), bucket: env.AUDIT_BUCKET, clock });
  });
  return {
    load() {
      for (const loading of [bus(), chain()]) loading.catch(() => {});
    },
    async write(record) {
      await inAll([bus(), chain()].map(async (audit) => (await audit)?.write(record)));
    },
  };
}

/** Waits for all of them whatever fails, so that nothing is still on its way when the function stands still. */
async function inAll(writes: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(writes)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
