import type { SecretMap } from '../ports.ts';

/** The image that has a type's client program: a folder of `containers/images/`, or the customer's own service. */
export type ImageFamily =
  | 'shell'
  | 'postgres'
  | 'mysql'
  | 'mongodb'
  | 'sql-server'
  | 'python'
  | 'node'
  | 'elixir'
  | 'rails'
  | 'kubernetes'
  | 'vault'
  | 'heroku'
  | 'service';

/** One type of task: which secrets it needs, and how its script becomes a process. One file each. */
export interface Integration {
  /** Where it runs on AWS. */
  image: ImageFamily;
  /** Keys that the secret must have, each with a value. */
  requiredKeys: readonly string[];
  /** Keys whose values are no secrets (hosts, ports, databases, users): they stay readable in the output. */
  publicKeys: readonly string[];
  /** The user-visible sentence for missing keys, word for word as the first agent said it. */
  missingKeys: string;
  /** Builds the process. Throws AgentError `secrets-invalid` or `command-invalid`. */
  command(input: IntegrationInput): Command;
  /** Set where standard output is data for a machine: then the result's text is standard output alone. */
  dataOnly?: true;
  /** For an `image` that is a service: the words of a script that is one command. Throws `command-invalid`. */
  words?: (script: string) => string[];
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
