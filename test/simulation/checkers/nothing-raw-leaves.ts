import { canaries } from '../workload.ts';
import type { Checker } from './check-all.ts';

/** P3 and P4: no planted value is where it must not be. */
export const nothingRawLeaves: Checker = ({ world: { history, store, server } }) => {
  const ids = server.tasks.map(({ id }) => String(id));
  const secrets = ids.map(canaries.secret);
  const outside = [...secrets, ...ids.map(canaries.personal), ...ids.map(canaries.token), 'canary.stop@'];
  const quiet = [...outside, ...ids.map(canaries.script), 'signed-url-canary'];
  const left = history.left.flatMap(({ where, text }) => {
    const banned = where === 'api' || where === 'log-store' || where === 'ledger' ? outside : quiet;
    return banned
      .filter((value) => text.includes(value))
      .map((value) => `"${value}" was seen in the ${where}`);
  });
  const stored = store
    .contents()
    .flatMap(({ key, text }) =>
      secrets.filter((value) => text.includes(value)).map((value) => `"${value}" was stored as ${key}`),
    );
  return [...new Set([...left, ...stored])];
};
