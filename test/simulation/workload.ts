import type { StreamName } from '../../core/output.ts';
import type { Policy } from '../../core/policy.ts';
import type { SecretMap } from '../../core/ports.ts';
import { epoch, type Universe } from './process.ts';
import type { Random } from './random.ts';

/** Values that are planted so that the checkers can look for them where they must not be. */
export const canaries = {
  secret: (id: string) => `pl4nted-secret-${id}-qzx`,
  personal: (id: string) => `planted.person.${id}@example.com`,
  token: (id: string) => `planted-token-${id}`,
  script: (id: string) => `planted-script-${id}`,
};

export interface TaskInput extends Record<string, unknown> {
  id: number;
}

/** A task of a user, of one of the targets below. */
export function drawTask(random: Random, id: number, readyAt: number): TaskInput {
  const lifeMilliseconds = random.chance(0.15) ? random.between(5_000, 120_000) : 3_600_000;
  const expiresAt = Math.round(epoch + readyAt + lifeMilliseconds);
  return {
    id,
    type: random.chance(0.04) ? 'cobol' : 'bash',
    script: `echo ${canaries.script(String(id))}`,
    target: random.pick(['shell', 'shell', 'patient', 'hasty', 'open']),
    user_email: 'ana@example.com',
    secret_provider: 'simulated',
    secret_path: String(id),
    redact: random.chance(0.1) ? 'none' : 'all',
    token: random.chance(0.05) ? null : `${canaries.token(String(id))}.${expiresAt}`,
  };
}

/** The customer's policy: what each target allows. */
export const policy: Policy = {
  runSeconds: 300,
  startSeconds: 900,
  targets: {
    patient: { runSeconds: 600 },
    hasty: { startSeconds: 120, runSeconds: 30 },
    open: { outputBytes: 400 },
  },
};

/** Of each container. */
export const vcpus = 0.5;

/** The most vCPU seconds that a task of the target may use, by the policy. */
export function vcpuSecondsAtMost(target: unknown): number {
  const runSeconds = policy.targets[String(target)]?.runSeconds ?? policy.runSeconds ?? 0;
  return Math.max(60, runSeconds) * vcpus;
}

/** Of the target `hasty`. */
export const shortStartSeconds = 120;

export const longest = { startSeconds: 900, runSeconds: 600 };

/** When a token of a task ends, in milliseconds since the epoch; undefined when it is none. */
export function expiryOf(token: string | null): number | undefined {
  const text = token?.split('.')[1];
  return text === undefined ? undefined : Number(text);
}

export function secretOf(path: string | null): SecretMap {
  return { API_KEY: canaries.secret(path ?? '') };
}

export interface Behaviour {
  pieces: { stream: StreamName; text: string }[];
  milliseconds: number;
  exitCode: number;
  /** Goes on when it is asked to stop, and for ever: only the end of its container ends it. */
  isDeaf: boolean;
}

/** What a command does: it always prints the planted values. */
export function behaviourOf({ random }: Universe, id: string): Behaviour {
  // The values are split over writes, with those of the other stream in between.
  const talk: Behaviour['pieces'] = [
    { stream: 'stdout', text: `mail to ${canaries.personal(id).slice(0, 20)}` },
    { stream: 'stderr', text: `the key is ${canaries.secret(id)}\n` },
    { stream: 'stdout', text: `${canaries.personal(id).slice(20)} sent\n` },
    { stream: 'stdout', text: 'done\n' },
  ];
  const isDeaf = random.chance(0.05);
  return {
    pieces: talk.slice(0, random.whole(1, talk.length)),
    milliseconds: isDeaf ? 1e9 : random.pick([0, 500, 5_000, 60_000, 900_000]),
    exitCode: random.chance(0.8) ? 0 : random.whole(1, 3),
    isDeaf,
  };
}
