import type { LocalDetector } from '../detector.ts';
import { pemInfoType } from '../pem-tracker.ts';

/**
 * The line of a PEM block with `-----BEGIN …-----`, and the whole block where it is on one line, as JSON writes it.
 * The lines that follow are removed by `pem-tracker.ts`.
 */
export const pem: LocalDetector = {
  infoTypes: ['ENCRYPTION_KEY', 'SSL_CERTIFICATE'],
  looksAt: ['begin '],
  find({ text }, at, report) {
    if (!text.startsWith('-----BEGIN ', at - 5)) return undefined;
    const newline = text.indexOf('\n', at);
    const line = text.slice(at, newline < 0 ? text.length : newline);
    const stop = line.indexOf('-----END ');
    const dashes = stop < 0 ? -1 : line.indexOf('-----', stop + 9);
    const end = at + (dashes < 0 ? line.trimEnd().length : dashes + 5);
    report(pemInfoType(line), at - 5, end);
    return end;
  },
};
