import * as z from 'zod/mini';
import type { Finding } from '../../core/redaction/finding.ts';
import { bytePositions } from './byte-positions.ts';
import { END_MARK, END_MARK_INFO_TYPE } from './google-dlp-request.ts';
import type { Answer } from './patient-call.ts';

const position = z.coerce.number().check(z.int(), z.nonnegative());

const InspectAnswer = z.object({
  result: z.object({
    findingsTruncated: z.boolean(),
    findings: z.array(
      z.object({
        infoType: z.object({ name: z.string().check(z.minLength(1)) }),
        location: z.object({ byteRange: z.object({ start: position, end: position }) }),
      }),
    ),
  }),
});

/** What an answer says of `text`. Anything that is not plainly an answer to all of it counts as none. */
export function readAnswer(response: unknown, text: string): Answer<Finding[]> {
  const parsed = InspectAnswer.safeParse(response);
  if (!parsed.success) return broken;
  const { findings, findingsTruncated } = parsed.data.result;
  if (findingsTruncated) return { failure: { kind: 'too-much', says: 'it found too much' } };
  const ranges = findings.map(({ infoType, location }) => ({
    infoType: infoType.name,
    ...location.byteRange,
  }));
  const positions = bytePositions(text);
  const total = positions.bytes + END_MARK.length;
  if (!ranges.every(({ start, end }) => start < end && end <= total)) return broken;
  const isComplete = ranges.some(
    ({ infoType, start, end }) =>
      infoType === END_MARK_INFO_TYPE && start === positions.bytes + 1 && end === total,
  );
  if (!isComplete) return broken;
  const value = ranges
    .filter(({ infoType, start }) => infoType !== END_MARK_INFO_TYPE && start < positions.bytes)
    .map(({ infoType, start, end }) => ({
      infoType,
      start: positions.startOf(start),
      end: positions.endOf(Math.min(end, positions.bytes)),
    }));
  return { value };
}

const broken = { failure: { kind: 'passing', says: 'its answer was not complete' } } as const;
