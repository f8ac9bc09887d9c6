import type { ChainVerdict } from '../core/verify-chain.ts';
import type { Deployed, examineDeployed } from '../local/doctor.ts';
import type { Api } from './api.ts';
import type { Screen } from './screen.ts';

/** A word of the command line with more words below it: `runops`, `tasks`. */
export interface Group {
  name: string;
  summary: string;
  commands: readonly (Group | Verb)[];
  examples: readonly string[];
}

/** A word of the command line that does something: `create`. Its help is made of this alone. */
export interface Verb {
  name: string;
  summary: string;
  /** What must follow the verb, for example `ID`. */
  operand?: string;
  options: Readonly<Record<string, Option>>;
  notes?: readonly string[];
  examples: readonly string[];
  run(call: Call, shell: Shell): Promise<ExitCode>;
}

/** Named as the product guide spells it; `--secret-path` is accepted for `secret_path`. */
export interface Option {
  short?: string;
  /** How the help names its value; without one it is a switch. */
  value?: string;
  summary: string;
  choices?: readonly string[];
  required?: boolean;
}

/** What was typed, parsed once. */
export interface Call {
  operand: string;
  values: Readonly<Record<string, string | undefined>>;
  switches: ReadonlySet<string>;
}

/** A bucket or a folder, and what an earlier walk printed. */
export type AuditPlace = Readonly<Partial<Record<'bucket' | 'folder' | 'head', string | undefined>>>;

/** What a verb may touch. */
export interface Shell {
  screen: Screen;
  /** The server, looked for only when a verb needs it, so that help works without one. */
  api(): Promise<Api>;
  /** The text of a file; `-` is standard input. */
  readText(file: string): Promise<string>;
  /** Redacts a withheld output of the agent on this machine; returns where its log is. */
  redactExecution(id: string): Promise<string>;
  /** Walks the chain of an audit trail, in a bucket or a folder. */
  verifyAudit(place: AuditPlace): Promise<ChainVerdict>;
  /** Looks at an agent in AWS. */
  examineDeployed(wanted: Deployed): ReturnType<typeof examineDeployed>;
  /** Asks a question on the terminal; false when the answer is not yes. */
  confirm(question: string): Promise<boolean>;
  /** Calls `say` and ends with 130 when Ctrl-C comes; undo it with what it returns. */
  onInterrupt(say: () => void): () => void;
}

/** 0 done, 1 failed, 2 wrong command line, 3 the task waits for its review, 130 Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

export const exitCodes = { done: 0, failed: 1, usage: 2, waitsForReview: 3, interrupted: 130 } as const;
