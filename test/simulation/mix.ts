import type { Random } from './random.ts';

const minute = 60_000;

/** From one moment to another, in milliseconds since the start of the run. */
export type Span = readonly [from: number, to: number];

/** What may go wrong in a run. Each run draws its own, so that rare faults meet in many ways. */
export interface Mix {
  tasks: number;
  pollers: number;
  sweepMilliseconds: number;
  /** From here on nothing fails any more. */
  quietAt: number;
  /** The probability that a call over a port … */
  calls: {
    /** … fails before it is carried out, */
    instead: number;
    /** … after it was carried out, */
    after: number;
    /** … is carried out twice, */
    twice: number;
    /** … takes seconds or minutes, */
    late: number;
    /** … is carried out in time and answered late. */
    lateAnswer: number;
  };
  /** Of a process, to end between two calls. */
  crash: number;
  runnerKill: number;
  /** How far a process's clock may be off. */
  skewMilliseconds: number;
  storage: { conflict: number; busy: number };
  queue: {
    twice: number;
    lostDelete: number;
    ignoresDeduplication: boolean;
    ignoresGroups: boolean;
    weeksLate: number;
  };
  events: { lost: number; twice: number; late: number; early: number };
  /** Of a container, to live on after its runner has ended. */
  lingering: number;
  launches: { failures: number; throttled: number; broken: number; ignoresToken: boolean };
  api: {
    rivals: number;
    honoursKey: boolean;
    locksLost: number;
    kills: number;
    staleLists: number;
    refusesResults: number;
    /** While it is down, only locks fail: its lists are still there. */
    onlyLocksDown: boolean;
  };
  apiDown: Span;
  redactionDown: Span;
  keyServerDown: Span;
  logStoreDown: Span;
  auditDown: Span;
  /** Of vCPU seconds a day, and how many of the first day are used before the run; null without a limit. */
  dailyLimit: { limit: number; usedBefore: number } | null;
  /** When a new version of the agent is deployed. */
  deployAt: number;
}

/** Most kinds of fault are absent from most runs: then the others are seen alone. */
export function drawMix(random: Random): Mix {
  const some = (share: number, high: number) => (random.chance(share) ? random.between(0, high) : 0);
  const rate = (high: number) => some(0.4, high);
  const longOutage = random.chance(0.01);
  const refusals = longOutage ? 0 : some(0.02, 0.5);
  const quietAt = longOutage ? 30 * 60 * minute : random.between(10, 40) * minute;
  const span = (share: number, longest: number): Span => {
    if (!random.chance(share)) return [0, 0];
    const from = random.between(0, 10 * minute);
    return [from, Math.min(quietAt, from + random.between(0, longest))];
  };
  const tasks = random.chance(0.1) ? random.whole(4, 8) : random.whole(1, 3);
  const isLimited = !longOutage && refusals === 0 && random.chance(0.2);
  return {
    tasks,
    dailyLimit: isLimited ? drawLimit(random, tasks) : null,
    pollers: random.chance(0.3) ? 2 : 1,
    sweepMilliseconds: longOutage || refusals > 0 ? 20 * minute : minute,
    quietAt,
    calls: {
      instead: rate(0.15),
      after: rate(0.15),
      twice: rate(0.1),
      late: rate(0.08),
      lateAnswer: rate(0.08),
    },
    crash: some(0.5, 0.5),
    runnerKill: some(0.4, 0.7),
    skewMilliseconds: random.chance(0.3) ? random.between(0, 4 * minute) : 0,
    storage: { conflict: rate(0.1), busy: rate(0.2) },
    queue: {
      twice: rate(0.3),
      lostDelete: rate(0.2),
      ignoresDeduplication: random.chance(0.3),
      ignoresGroups: random.chance(0.2),
      weeksLate: rate(0.5),
    },
    events: { lost: rate(0.9), twice: rate(0.5), late: rate(0.5), early: rate(0.3) },
    lingering: rate(0.5),
    launches: {
      failures: rate(0.6),
      throttled: rate(0.5),
      broken: rate(0.5),
      ignoresToken: random.chance(0.3),
    },
    api: {
      rivals: rate(0.6),
      honoursKey: random.chance(0.5),
      locksLost: rate(0.3),
      kills: rate(0.6),
      staleLists: rate(0.5),
      refusesResults: refusals,
      onlyLocksDown: random.chance(0.3),
    },
    apiDown: longOutage ? [random.between(0, 3 * minute), 26 * 60 * minute] : span(0.15, 20 * minute),
    redactionDown: span(0.1, 30 * minute),
    keyServerDown: span(0.1, 10 * minute),
    logStoreDown: span(0.1, 30 * minute),
    auditDown: span(0.1, 30 * minute),
    deployAt: random.chance(0.3) ? random.between(0, 10 * minute) : Number.POSITIVE_INFINITY,
  };
}

/** All fits into a day, whatever becomes of it, and some of it into what is left of the first. */
function drawLimit(random: Random, tasks: number) {
  const limit = tasks * 2000;
  return { limit, usedBefore: limit - Math.round(random.between(30, tasks * 300)) };
}

export function isWithin([from, to]: Span, now: number): boolean {
  return now >= from && now < to;
}

/** The mix in one line, without what is absent. */
export function describeMix(mix: Mix): string {
  const shown = (value: unknown): unknown => {
    if (typeof value === 'number') return Math.round(value * 1000) / 1000;
    if (Array.isArray(value)) return value.map(shown);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([, part]) => part !== 0 && part !== false && !isEmpty(part));
    return Object.fromEntries(kept.map(([name, part]) => [name, shown(part)]));
  };
  return JSON.stringify(shown(mix));
}

function isEmpty(part: unknown): boolean {
  return Array.isArray(part) && part[0] === 0 && part[1] === 0;
}
