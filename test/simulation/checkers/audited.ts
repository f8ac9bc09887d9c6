import type { AuditRecord } from '../../../core/audit.ts';
import type { World } from '../deployment.ts';
import type { Checker } from './check-all.ts';

/** Nothing starts before its decision is in the trail, and nothing that was reported is closed before its end is. */
export const audited: Checker = ({ world }) => {
  const { history, trail } = world;
  const starts = history.starts.flatMap(({ id, at }) =>
    trail.some(({ record, at: written }) => record.id === `${id}/allow` && written <= at)
      ? []
      : [`task ${id} was started before its decision was in the trail`],
  );
  return [...starts, ...missingEnds(world), ...contradictions(trail.map(({ record }) => record))];
};

function missingEnds({ store, server, trail }: World): string[] {
  return server.tasks.flatMap(({ id, result }) => {
    const isClosed =
      store.get(`open/${id}`) === undefined && store.get(`executions/${id}/reported`) !== undefined;
    const end = trail.find(({ record }) => record.id === `${id}/end`)?.record;
    if (!end) return isClosed ? [`task ${id} was closed and its end is not in the trail`] : [];
    const told = result === null ? undefined : JSON.parse(result).status;
    const isTrue = told === undefined || (end.kind === 'end' && end.status === told);
    return isTrue ? [] : [`task ${id} ended otherwise than the trail says`];
  });
}

/** Who drops what has the same id loses nothing: save for its moment, it is the same. A denial may have two causes. */
function contradictions(records: readonly AuditRecord[]): string[] {
  const said = (record: AuditRecord) => JSON.stringify({ ...record, at: null });
  const sure = records.filter(({ id }) => !id.endsWith('/deny'));
  return [...Map.groupBy(sure, ({ id }) => id)]
    .filter(([, same]) => new Set(same.map(said)).size > 1)
    .map(([id]) => `${id} is in the trail with different contents`);
}
