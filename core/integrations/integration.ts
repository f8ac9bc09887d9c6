import type { SecretMap } from '../ports.ts';

/** One type of task: which secrets it needs, and how its script becomes a process. One file each. */
export interface Integration {
  /** Keys that the secret must have, each with a value. */
  requiredKeys: readonly string[];
  /** Keys whose values are no secrets (hosts, ports, databases, users): they stay readable in the output. */
  publicKeys: readonly string[];
  /** The user-visible sentence for missing keys, word for word as the first agent said it. */
  missingKeys: string;
  /** Builds the process. Throws AgentError `secrets-invalid` or `command-invalid`. */
  command(input: IntegrationInput): Command;
}

export interface IntegrationInput {
  script: string;
  secrets: SecretMap;
  /** Absolute path of the execution's own empty directory, where `files` will be. */
  directory: string;
}

/** A process to start. No shell ever sees these strings, and no secret is in `argv`. */
export interface Command {
  argv: readonly [program: string, ...rest: string[]];
  /** Added to the runner's small base environment. */
  env: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. Null gives an empty one. */
  stdin: string | null;
  /** Written to `directory` with mode 0600 before the start and removed afterwards. */
  files: readonly { name: string; content: string | Uint8Array }[];
  /** Absolute. The execution's own directory unless given. */
  workingDirectory?: string;
  /** Turns standard output into what the type promises, such as CSV. Called once per execution. */
  stdoutFilter?: () => ByteFilter;
}

/** A transformation of bytes in a stream. `end` returns what was held back. */
export interface ByteFilter {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}
