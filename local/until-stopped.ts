/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once: what is still running goes on,
 * and the next start picks it up.
 */
export async function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals) => {
      if (asked) process.exit(130);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
