import { type ExecutionTrace, type Span, spanIdOf, type Trace } from '../../core/trace.ts';

/**
 * The one segment document of an execution, with a subsegment for each of its parts.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export function traceSegment({ trace, root, labels }: ExecutionTrace, agentName: string): string {
  return JSON.stringify({
    ...subsegment(trace, root),
    name: nameOf(agentName),
    trace_id: xrayTraceId(trace),
    ...(trace.parentId && { parent_id: trace.parentId }),
    annotations: labels,
  });
}

/** A W3C id is written as one of X-Ray's: https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html */
export function xrayTraceId({ traceId }: Trace): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

function subsegment(trace: Trace, { name, startedAt, endedAt, outcome, children }: Span): object {
  return {
    name,
    id: spanIdOf(trace, name),
    start_time: startedAt / 1000,
    end_time: endedAt / 1000,
    ...(outcome !== 'ok' && { [outcome]: true }),
    ...(children.length > 0 && { subsegments: children.map((child) => subsegment(trace, child)) }),
  };
}

/** What X-Ray takes for a name. */
function nameOf(agentName: string): string {
  return agentName.replaceAll(/[^\p{L}\p{N}\s_.:/%&#=+\\@-]/gu, '_').slice(0, 200);
}
