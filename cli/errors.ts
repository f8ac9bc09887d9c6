export { messageOf } from '../core/errors.ts';

/** Something that the person at the keyboard should read: what happened, and what to do. Exit code 1 unless said. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly exitCode: number = 1;
}

/** The command line itself is wrong, so nothing was asked of the server. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/** The server answered, and it was not a success. */
export class RefusedError extends CliError {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No whole answer came. Whoever sent something cannot know whether it arrived. */
export class UnreachableError extends CliError {
  override readonly name = 'UnreachableError';
  /** False when it is certain that the server never saw what was sent. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, mayHaveArrived: boolean) {
    super(message);
    this.mayHaveArrived = mayHaveArrived;
  }
}
