import type { Clock } from '../../core/ports.ts';
import type { AgentPresence } from './agent-presence.ts';
import type { LogFiles } from './log-files.ts';
import type { SignedUrls } from './signed-urls.ts';
import type { Store } from './store.ts';
import type { TaskWaits } from './task-waits.ts';
import type { Tokens } from './tokens.ts';

/** All that the handlers work with. */
export interface Plane {
  store: Store;
  clock: Clock;
  tokens: Tokens;
  urls: SignedUrls;
  logs: LogFiles;
  waits: TaskWaits;
  presence: AgentPresence;
  org: string;
  pollIntervalMs: number;
  waitSecondsMax: number;
}
