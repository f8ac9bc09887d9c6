import { CliError, messageOf } from './errors.ts';
import { plainText } from './plain-text.ts';
import { spinner } from './spinner.ts';

/** Standard output is for what was asked for, standard error for all that is said about it. */
export interface Screen {
  /** Whether people look at the output, or answer questions. */
  readonly outputIsTerminal: boolean;
  readonly inputIsTerminal: boolean;
  /** Waits until there is room. False once nobody reads any more (`| head`): then there is no need for more. */
  write(content: Uint8Array | string): Promise<boolean>;
  /** Ends the last line on a terminal when what was written did not. */
  endLine(): Promise<void>;
  /** One or more lines on standard error. A `note` is said on a terminal only. */
  say(text: string, tone?: 'note' | 'failure'): void;
  /** Shows on a terminal that something is going on, until something is said or written. */
  spin(label: string): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The screen of this process. On a terminal whatever is written is plain text; piped, it is the bytes as they are. */
export function processScreen(
  streams: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>,
  env: Environment,
): Screen {
  const { stdin, stdout, stderr } = streams;
  const outputIsTerminal = stdout.isTTY === true;
  const colored = stderr.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const waiting = spinner(stderr, stderr.isTTY === true && env.TERM !== 'dumb');
  const pipe = watchedPipe(stdout);
  // A reader of our words who went away changes nothing.
  stderr.on('error', () => {});

  const decoder = new TextDecoder();
  let lineIsOpen = false;
  const write = (content: Uint8Array | string) => {
    if (!outputIsTerminal) return pipe(content);
    waiting.stop();
    const text = plainText(typeof content === 'string' ? content : decoder.decode(content, { stream: true }));
    if (text !== '') lineIsOpen = !text.endsWith('\n');
    return pipe(text);
  };

  return {
    outputIsTerminal,
    inputIsTerminal: stdin.isTTY === true,
    write,
    async endLine() {
      if (lineIsOpen) await write('\n');
    },
    say(text, tone) {
      if (tone === 'note' && stderr.isTTY !== true) return;
      waiting.stop();
      const line = stderr.isTTY === true ? plainText(text) : text;
      stderr.write(colored && tone === 'failure' ? `\x1b[31m${line}\x1b[39m\n` : `${line}\n`);
    },
    spin: waiting.start,
  };
}

/** Writes with back-pressure. A reader who went away is told to the writer; any other failure is an error. */
function watchedPipe(stream: NodeJS.WriteStream): (content: Uint8Array | string) => Promise<boolean> {
  let failure: NodeJS.ErrnoException | undefined;
  let wake = () => {};
  stream.on('drain', () => wake());
  stream.on('error', (error) => {
    failure ??= error;
    wake();
  });
  return async (content) => {
    const room = failure !== undefined || stream.write(content);
    if (!room && failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined && failure.code !== 'EPIPE') {
      throw new CliError(`The output could not be written: ${messageOf(failure)}.`);
    }
    return failure === undefined;
  };
}
