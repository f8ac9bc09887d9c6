import { AgentError } from '../../core/errors.ts';
import { type ExecutionId, isPermanent, type LedgerRecords, parseRecord } from '../../core/execution.ts';
import type { Ledger } from '../../core/ports.ts';
import { countFault } from './history.ts';
import type { ObjectStore } from './object-store.ts';
import { isFaulty, type Process, type Universe } from './process.ts';

const tries = 4;

/** Requests of a process to the store, which may also answer 409 or 503. */
export function storeRequests(universe: Universe, process: Process) {
  const { random, history, mix } = universe;
  const refuse = (canConflict: boolean): undefined => {
    if (!isFaulty(universe)) return;
    if (canConflict && random.chance(mix.storage.conflict)) {
      countFault(history, 'S3: 409');
      throw new Error('409 ConditionalRequestConflict');
    }
    if (random.chance(mix.storage.busy)) {
      countFault(history, 'S3: 503');
      throw new Error('503 SlowDown');
    }
  };
  return async function request<T>(what: string, carryOut: () => T, canConflict = false): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await process.call(`ledger.${what}`, () => refuse(canConflict) ?? carryOut(), noAnswer);
      } catch (thrown) {
        if (attempt < tries) await process.clock.sleep(100 * 2 ** attempt);
        else throw failed(what, thrown);
      }
    }
  };
}

/**
 * A ledger over an object store, as an adapter for S3 has to be: 409 and 503 are tried again, and 412 counts as
 * "somebody else's" only when the object is not of this very call, whose first answer may have been lost.
 */
export function s3Ledger(universe: Universe, store: ObjectStore, process: Process): Ledger {
  const { history } = universe;
  const request = storeRequests(universe, process);
  let writes = 0;

  async function createOnce(key: string, text: string): Promise<boolean> {
    const writer = `${process.name}/${++writes}`;
    const status = await request(`create ${key}`, () => store.put(key, text, { once: true, writer }), true);
    if (status === 200) return true;
    countFault(history, 'S3: 412');
    return (await request(`head ${key}`, () => store.writerOf(key))) === writer;
  }

  return {
    async create(id, name, record) {
      const created = await createOnce(`executions/${id}/${name}`, JSON.stringify(record));
      // The marker is put again by everyone who finds the record: whoever made it may have died before the marker.
      if (name === 'task') {
        const marker = { once: false, writer: process.name };
        await request(`put open/${id}`, () => store.put(`open/${id}`, '', marker));
      }
      return created;
    },
    async read<N extends keyof LedgerRecords>(id: ExecutionId, name: N) {
      const text = await request(`read ${id}/${name}`, () => store.get(`executions/${id}/${name}`));
      return typeof text === 'string' ? parseRecord(name, text) : undefined;
    },
    async *open() {
      const keys = await request('list open/', () => store.list('open/'));
      yield* keys.map((key) => key.slice('open/'.length));
    },
    async close(id) {
      const output = await request(`list output/${id}/`, () => store.list(`output/${id}/`));
      if (output.length > 0) await request(`delete output/${id}/`, () => store.delete(output));
      const records = await request(`list executions/${id}/`, () => store.list(`executions/${id}/`));
      const passing = records.filter((key) => !isKept(key));
      if (passing.length > 0) await request(`delete executions/${id}/`, () => store.delete(passing));
      await request(`delete open/${id}`, () => store.delete([`open/${id}`]));
    },
    async writeOutput(id, part, frames) {
      const bytes = frames.slice();
      const put = { once: false, writer: process.name };
      await request(`write output/${id}/${part}`, () => store.put(`output/${id}/${part}`, bytes, put));
    },
    async readOutput(id, part) {
      const bytes = await request(`read output/${id}/${part}`, () => store.get(`output/${id}/${part}`));
      return bytes instanceof Uint8Array ? bytes : undefined;
    },
  };
}

/** What the lifecycle rule of the bucket leaves alone. */
export function isKept(key: string): boolean {
  return key.startsWith('executions/') && isPermanent(key.split('/')[2] ?? '');
}

function noAnswer(): Error {
  return new Error('no answer');
}

function failed(what: string, cause: unknown): AgentError {
  const message = `The ledger could not ${what}. Try again later.`;
  return new AgentError('ledger-failed', message, { retryable: true, cause });
}
