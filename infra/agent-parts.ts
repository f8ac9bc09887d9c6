import type * as z from 'zod/mini';
import type { apiEnv, ledgerEnv, VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { FunctionSurroundings } from './agent-function.ts';
import type { Auditing } from './auditing.ts';
import type { EncryptionKeys } from './encryption-keys.ts';
import type { HooksLayer } from './hooks-layer.ts';
import type { Permission } from './permissions.ts';
import type { Queues } from './queues.ts';
import type { Storage } from './storage.ts';

/** What each function is made of. */
export interface AgentParts {
  readonly storage: Storage;
  readonly keys: EncryptionKeys;
  readonly queues: Queues;
  readonly functions: FunctionSurroundings;
  /** The variables that all functions have. */
  readonly shared: SharedVariables;
  /** The customer's own functions around a task; the poller has no use for them. */
  readonly hooks: HooksLayer | undefined;
  /** Where decisions and ends are written; the poller makes none. */
  readonly auditing: Auditing;
  /** The permission to read the agent's token. */
  readonly token: readonly Permission[];
}

export type SharedVariables = VariablesOf<
  { [Name in keyof typeof apiEnv]: z.infer<(typeof apiEnv)[Name]> } & {
    [Name in keyof typeof ledgerEnv]: z.infer<(typeof ledgerEnv)[Name]>;
  }
>;
