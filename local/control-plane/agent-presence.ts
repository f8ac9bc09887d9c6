import type { Clock } from '../../core/ports.ts';

/** Which agents are alive, by their tags ('' for none): those that polled within the last 15 seconds. */
export interface AgentPresence {
  seen(tags: string): void;
  isUp(tags: string): boolean;
  /** Everyone that polled since this server started. */
  all(): string[];
  /** Nobody is up until they call again. */
  forget(): void;
}

const upMilliseconds = 15_000;
const tagsMax = 10_000;

/** In memory: agents poll so often that a restarted server knows them again at once. */
export function agentPresence(clock: Clock): AgentPresence {
  const lastSeen = new Map<string, number>();
  return {
    seen(tags) {
      if (lastSeen.size < tagsMax || lastSeen.has(tags)) lastSeen.set(tags, clock.now());
    },
    isUp: (tags) => clock.now() - (lastSeen.get(tags) ?? Number.NEGATIVE_INFINITY) <= upMilliseconds,
    all: () => [...lastSeen.keys()],
    forget: () => lastSeen.clear(),
  };
}
