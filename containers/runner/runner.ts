import type { DatabaseToken } from '../../core/integrations/iam-login.ts';
import type { OpenLiveSession } from '../../core/integrations/live-exec.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Ledger, Secrets } from '../../core/ports.ts';
import type { Isolation } from './isolation.ts';
import type { OpenPlace } from './place.ts';

/** All that running an execution takes. */
export interface Runner {
  ledger: Ledger;
  secrets: Secrets;
  /** For databases that take a token of AWS in place of a password. */
  databaseToken?: DatabaseToken;
  /** For commands that go into a live container of a customer's service. */
  openLiveSession?: OpenLiveSession;
  clock: Clock;
  log: Log;
  /** Names this process, so that others can tell whether it is still there. */
  launchId: string;
  /** What its container runs, where somebody says so: `sha256:…`. */
  imageDigest?: string | undefined;
  /** Aborts when somebody wants the command to end: a user, or the container's stop. */
  kill: AbortSignal;
  machine: Machine;
  /** Where the command runs: a child process of this machine unless something else is given. */
  openPlace?: OpenPlace;
}

/** What a runner has from where it is: one machine, or an AWS account. */
export type Side = Pick<
  Runner,
  'ledger' | 'secrets' | 'databaseToken' | 'openLiveSession' | 'launchId' | 'imageDigest'
>;

/** Where a child lives. */
export interface Machine {
  /** Holds the directories of executions. */
  scratch: string;
  isolation: () => Isolation;
  /** The runner's own environment, of which a child gets next to nothing. */
  environment: Readonly<Record<string, string | undefined>>;
}
