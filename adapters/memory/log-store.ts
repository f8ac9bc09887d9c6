import type { LogStore } from '../../core/ports.ts';

/** Redacted logs in memory, for tests. */
export function memoryLogStore(): LogStore & { logs: Map<string, string> } {
  const logs = new Map<string, string>();
  return {
    logs,
    async write(id, log) {
      let text = '';
      for await (const piece of log) text += piece;
      logs.set(id, text);
      const bytes = Buffer.from(text);
      return {
        bytes: bytes.length,
        location: `memory:${id}`,
        async *read() {
          yield bytes;
        },
      };
    },
  };
}
