import { UsageError } from './errors.ts';

/** The path of a task at the API. */
export function taskPath(id: string | number): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(String(id))) return `/v1/tasks/${id}`;
  throw new UsageError(`"${id}" is not the id of a task. See the ids: runops tasks list`);
}
