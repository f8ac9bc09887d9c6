import type { Launcher, Ledger, LogStore, Queue, Usage } from '../../core/ports.ts';

/**
 * Ports whose adapter, with its client of the AWS SDK, is loaded at the first call. A client takes about as long to
 * load as the rest of a function together; so a poll without tasks loads none for them, and the dispatcher loads what
 * starts containers while its first answers are on their way.
 */
export function lazyLedger(load: () => Promise<Ledger>): Ledger {
  const ledger = once(load);
  return {
    create: async (id, name, record) => (await ledger()).create(id, name, record),
    read: async (id, name) => (await ledger()).read(id, name),
    async *open() {
      yield* (await ledger()).open();
    },
    close: async (id) => (await ledger()).close(id),
    writeOutput: async (id, part, frames) => (await ledger()).writeOutput(id, part, frames),
    readOutput: async (id, part) => (await ledger()).readOutput(id, part),
  };
}

export function lazyUsage(load: () => Promise<Usage>): Usage {
  const usage = once(load);
  return {
    add: async (day, entry) => (await usage()).add(day, entry),
    remove: async (day, entries) => (await usage()).remove(day, entries),
    list: async (day) => (await usage()).list(day),
  };
}

export function lazyQueue(load: () => Promise<Queue>): Queue {
  const queue = once(load);
  return { send: async (id) => (await queue()).send(id) };
}

export function lazyLauncher(load: () => Promise<Launcher>): Launcher {
  const launcher = once(load);
  return {
    launch: async (request) => (await launcher()).launch(request),
    stop: async (launchId) => (await launcher()).stop(launchId),
    inspect: async (launchId) => (await launcher()).inspect(launchId),
  };
}

export function lazyLogStore(load: () => Promise<LogStore>): LogStore {
  const store = once(load);
  return { write: async (id, log) => (await store()).write(id, log) };
}

/** Loads at the first call. What failed is tried again at the next. */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((thrown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}
