import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanIdOf, spanNames, traceOf, traceparentOf } from '../../core/trace.ts';

const receivedAt = Date.UTC(2026, 0, 1, 12, 0, 0, 250);
const theirTrace = '4efaaf4d1e8720b39541901950019ee5';
const theirSpan = '53995c3f42cd8ad8';
const of = (input: unknown, id = '7') => traceOf(id, { receivedAt, input });
const own = of({ id: 7 });

describe("the API's own trace", () => {
  it.each([
    ['a traceparent', { traceparent: `00-${theirTrace}-${theirSpan}-01` }],
    ['a traceparent of a later version', { traceparent: `01-${theirTrace}-${theirSpan}-03-what-may-come` }],
    ['B3 in snake_case', { x_b3_trace_id: theirTrace, x_b3_parent_span_id: theirSpan }],
    ['B3 in kebab-case', { 'x-b3-trace-id': theirTrace, 'x-b3-parent-span-id': theirSpan }],
  ])('is taken from %s', (_, input) => {
    expect(of(input)).toMatchObject({ traceId: theirTrace, parentId: theirSpan, sampled: true });
  });

  it('has zeros before it when it has 64 bits, and may come without a span', () => {
    expect(of({ x_b3_trace_id: theirSpan })).toMatchObject({
      traceId: `0000000000000000${theirSpan}`,
      parentId: null,
    });
  });

  it('is one that nobody records when the traceparent says so, and the header says it on', () => {
    const trace = of({ traceparent: `00-${theirTrace}-${theirSpan}-00` });
    expect(trace.sampled).toBe(false);
    expect(traceparentOf(trace, 'queue')).toMatch(/-00$/);
  });

  it.each([
    ['of no version', `ff-${theirTrace}-${theirSpan}-01`],
    ['with more than its version has', `00-${theirTrace}-${theirSpan}-01-more`],
    ['in capitals', `00-${theirTrace.toUpperCase()}-${theirSpan}-01`],
    ['of zeros', `00-${'0'.repeat(32)}-${theirSpan}-01`],
    ['with a span of zeros', `00-${theirTrace}-${'0'.repeat(16)}-01`],
    ['with a line after it', `00-${theirTrace}-${theirSpan}-01\r\nAuthorization: Bearer x`],
    ['that is a list', [`00-${theirTrace}-${theirSpan}-01`]],
  ])('is not taken from a traceparent %s', (_, traceparent) => {
    expect(of({ traceparent })).toEqual(own);
  });

  it.each([
    ['too short', 'abc'],
    ['too long', theirTrace.repeat(2)],
    ['no hex', 'g'.repeat(32)],
    ['zeros', '0'.repeat(16)],
    ['a number', 4711],
    ['a header of its own', `${theirTrace}\nX-Evil: 1`],
  ])('is not taken from a B3 id that is %s', (_, x_b3_trace_id) => {
    expect(of({ x_b3_trace_id, x_b3_parent_span_id: theirSpan })).toEqual(own);
  });
});

describe('a trace of our own', () => {
  it('begins with the second in which the task came', () => {
    expect(Number.parseInt(own.traceId.slice(0, 8), 16)).toBe(Math.floor(receivedAt / 1000));
    expect(own).toMatchObject({ parentId: null, sampled: true });
  });

  it('is another one for each execution, and so are its spans', () => {
    const traces = Array.from({ length: 10_000 }, (_, number) => of({ id: number }, String(number)));
    expect(new Set(traces.map((trace) => trace.traceId)).size).toBe(traces.length);
    const spans = traces.flatMap((trace) => spanNames.map((name) => spanIdOf(trace, name)));
    expect(new Set(spans).size).toBe(traces.length * spanNames.length);
  });

  it('keeps apart the spans of two executions that share the trace of the API', () => {
    const input = { x_b3_trace_id: theirTrace };
    expect(spanIdOf(of(input, '7'), 'queue')).not.toBe(spanIdOf(of(input, '8'), 'queue'));
  });
});

it('comes out the same wherever it is derived, and well formed, whatever the API sent', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[0-9a-fA-F-]{0,60}$/),
    fc.constantFrom(theirTrace, theirSpan, `00-${theirTrace}-${theirSpan}-01`, null, 7, {}, [theirTrace]),
  );
  const fields = [
    'traceparent',
    'x_b3_trace_id',
    'x-b3-trace-id',
    'x_b3_parent_span_id',
    'x-b3-parent-span-id',
  ];
  const inputs = fc.oneof(
    fc.dictionary(fc.constantFrom(...fields), hostile),
    fc.anything({ withNullPrototype: true }),
  );
  const ids = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
  const times = fc.oneof(fc.double(), fc.integer({ min: 0, max: 2 ** 42 }));
  fc.assert(
    fc.property(ids, times, inputs, (id, time, input) => {
      const trace = traceOf(id, { receivedAt: time, input });
      expect(traceOf(id, { receivedAt: time, input: structuredClone(input) })).toEqual(trace);
      for (const name of spanNames) {
        const header = traceparentOf(trace, name);
        expect(header).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/);
      }
      expect(trace.parentId ?? '1'.repeat(16)).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
    }),
    { numRuns: 1000 },
  );
});
