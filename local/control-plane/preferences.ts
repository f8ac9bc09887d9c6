/**
 * How long the caller wants to wait: `Prefer: respond-async` not at all, `Prefer: wait=10` at most ten seconds
 * (RFC 7240), otherwise as long as the server allows. `applied` is what to answer as Preference-Applied.
 */
export function preferences(header: string | string[] | undefined, waitSecondsMax: number) {
  const preferred = [header ?? ''].flat().join(',').toLowerCase().split(/[,;]/);
  const names = preferred.map((preference) => preference.trim().replace(/\s*=\s*/, '='));
  if (names.includes('respond-async')) return { waitSeconds: 0, applied: 'respond-async' };
  const wait = names
    .map((name) => /^wait=(\d{1,6})$/.exec(name)?.[1])
    .find((seconds) => seconds !== undefined);
  if (wait === undefined) return { waitSeconds: waitSecondsMax, applied: undefined };
  return { waitSeconds: Math.min(Number(wait), waitSecondsMax), applied: `wait=${wait}` };
}
