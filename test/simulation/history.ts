/** What happened in a run, as an observer outside of the agent sees it. The checkers read nothing else. */
export interface History {
  starts: Start[];
  /** When each container was asked for, with success. */
  launches: number[];
  /** Every result that arrived at the API, also those that it answered with an error. */
  results: PostedResult[];
  /** When the API last gave each task to our agent, also when the agent never learned of it. */
  locks: Map<string, number>;
  /** Tasks for which our agent asked a lock, whatever came of it. */
  locksAsked: Set<string>;
  /** Tasks that the API no longer knows: it takes no result of them. */
  deleted: Set<string>;
  /** Everything that was shown to somebody, by where it went. */
  left: Departure[];
  /** Tasks that were let through although the day had no room for them, each in a sentence. */
  overLimit: string[];
  /** How often each kind of fault was injected. */
  faults: Map<string, number>;
  /** The largest number of something that has a limit. */
  peaks: Map<string, number>;
  trace: string[] | null;
}

export interface Start {
  id: string;
  at: number;
  runner: string;
  /** What the command has printed so far. */
  printed: string[];
  /** Null while it has not ended by itself. */
  exitCode: number | null;
}

export interface PostedResult {
  id: string;
  at: number;
  body: string;
  accepted: boolean;
}

export interface Departure {
  where: 'api' | 'log-store' | 'audit' | 'log' | 'queue' | 'launch' | 'ledger';
  text: string;
}

export function history(trace: boolean): History {
  return {
    starts: [],
    launches: [],
    results: [],
    locks: new Map(),
    locksAsked: new Set(),
    deleted: new Set(),
    left: [],
    overLimit: [],
    faults: new Map(),
    peaks: new Map(),
    trace: trace ? [] : null,
  };
}

export function countFault(history: History, kind: string): void {
  history.faults.set(kind, (history.faults.get(kind) ?? 0) + 1);
}

export function notePeak(history: History, name: string, value: number): void {
  if (value > (history.peaks.get(name) ?? 0)) history.peaks.set(name, value);
}
