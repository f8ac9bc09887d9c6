import * as z from 'zod/mini';

/**
 * A segment document as X-Ray describes it; what it does not know is not allowed.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
const name = z.string().check(z.regex(/^[\p{L}\p{N}\s_.:/%&#=+\\@-]{1,200}$/u));
const id = z.string().check(z.regex(/^[0-9a-f]{16}$/));
/** Seconds since the epoch, to the millisecond: not milliseconds. */
const seconds = z.number().check(z.gte(0), z.lt(1e10));

const part = {
  name,
  id,
  start_time: seconds,
  end_time: seconds,
  error: z.optional(z.literal(true)),
  fault: z.optional(z.literal(true)),
};

export interface Subsegment {
  name: string;
  id: string;
  start_time: number;
  end_time: number;
  error?: true | undefined;
  fault?: true | undefined;
  subsegments?: Subsegment[] | undefined;
}

const subsegment: z.ZodMiniType<Subsegment> = z.strictObject({
  ...part,
  subsegments: z.optional(z.array(z.lazy(() => subsegment))),
});

const annotationName = z.string().check(z.regex(/^[A-Za-z0-9_]{1,500}$/));

const segment = z.strictObject({
  ...part,
  trace_id: z.string().check(z.regex(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/)),
  parent_id: z.optional(id),
  annotations: z.record(annotationName, z.string().check(z.maxLength(1000))),
  subsegments: z.array(subsegment),
});

export type Segment = z.infer<typeof segment>;

/** @throws when X-Ray would not take the document, or a part of it is outside of the time of the whole. */
export function parseSegment(document: string): Segment {
  if (Buffer.byteLength(document) > 64_000) throw new RangeError('The document is larger than 64 kB.');
  const parsed = segment.parse(JSON.parse(document));
  const parts = partsOf(parsed);
  if (new Set(parts.map((one) => one.id)).size !== parts.length)
    throw new RangeError('Two parts have one id.');
  for (const { start_time, end_time, subsegments = [] } of parts) {
    const inside = subsegments.every((child) => child.start_time >= start_time && child.end_time <= end_time);
    if (end_time < start_time || !inside) throw new RangeError(`A part is outside of its time: ${document}`);
  }
  return parsed;
}

/** The part itself and all within it. */
export function partsOf(part: Subsegment): Subsegment[] {
  return [part, ...(part.subsegments ?? []).flatMap(partsOf)];
}
