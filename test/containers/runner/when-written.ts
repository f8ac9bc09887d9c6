import { decodeFrames } from '../../../core/output.ts';
import type { Ledger } from '../../../core/ports.ts';

/** Resolves when the output that goes to the ledger matches; call it before the run. */
export function whenWritten(ledger: Ledger, pattern: RegExp): Promise<RegExpExecArray> {
  const write = ledger.writeOutput;
  let text = '';
  return new Promise((resolve) => {
    ledger.writeOutput = async (id, part, frames) => {
      await write(id, part, frames);
      text += [...decodeFrames(frames)].map((frame) => Buffer.from(frame.bytes).toString('latin1')).join('');
      const match = pattern.exec(text);
      if (match) resolve(match);
    };
  });
}
