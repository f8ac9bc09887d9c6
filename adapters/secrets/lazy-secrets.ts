import type { Secrets } from '../../core/ports.ts';

/** A provider whose code, and the client library below it, is loaded when a target first names it. */
export function lazySecrets(load: () => Promise<Secrets>): Secrets {
  let loading: Promise<Secrets> | undefined;
  return {
    async fetch(reference) {
      loading ??= load();
      return (await loading).fetch(reference);
    },
    async release() {
      const provider = await loading?.catch(() => undefined);
      await provider?.release?.();
    },
  };
}
