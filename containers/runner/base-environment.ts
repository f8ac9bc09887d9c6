const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Taken over from the image: where programs, the modules of Node and the time are. */
const inherited = ['PATH', 'NODE_PATH', 'TZ'];

/**
 * All that a child knows before its command adds to it. Nothing else of the runner's own environment is passed
 * on: it may hold the agent's token, the way to the role's credentials or another target's secret.
 */
export function baseEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  directory: string,
): Record<string, string> {
  const kept = inherited.flatMap((name) => (own[name] ? [[name, own[name]] as const] : []));
  return {
    PATH: defaultPath,
    ...Object.fromEntries(kept),
    HOME: directory,
    TMPDIR: directory,
    LANG: 'C.UTF-8',
  };
}
