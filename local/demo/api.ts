import * as z from 'zod/mini';
import type { Clock } from '../../core/ports.ts';

/** A task as its user sees it. */
export type SeenTask = z.infer<typeof taskSchema>;

const taskSchema = z.object({
  id: z.int(),
  status: z.string(),
  elapsed_time_ms: z.optional(z.nullable(z.int())),
  reason: z.optional(z.nullable(z.string())),
});
const progressSchema = z.object({ chunks: z.array(z.unknown()), status: z.string() });
const logsSchema = z.object({ logs_url: z.string() });

const lookMilliseconds = 20;
const ends: readonly string[] = ['success', 'failure'];

/** What the user of the demo does with the server. */
export function demoApi(url: string, clock: Clock) {
  async function call(token: string, method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        // The answer comes at once: https://www.rfc-editor.org/rfc/rfc7240#section-4.1
        prefer: 'respond-async',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer: unknown = await response.json().catch(() => ({}));
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }

  return {
    async createTarget(token: string, target: object) {
      await call(token, 'POST', '/v1/targets', target);
    },
    async createUser(token: string, email: string) {
      await call(token, 'POST', '/v1/users', { email, name: email, status: 'active', groups: [] });
    },
    async createTask(token: string, target: string, script: string): Promise<number> {
      return taskSchema.parse(await call(token, 'POST', '/v1/tasks', { target, script })).id;
    },
    async kill(token: string, id: number) {
      await call(token, 'POST', `/v1/tasks/${id}/kill`);
    },
    /** Waits until the task has one of these statuses. */
    async until(token: string, id: number, statuses: readonly string[]): Promise<SeenTask> {
      for (;;) {
        const task = taskSchema.parse(await call(token, 'GET', `/v1/tasks/${id}`));
        if (statuses.includes(task.status)) return task;
        await clock.sleep(lookMilliseconds);
      }
    },
    /** Waits until the task has printed something, or has ended. Tells whether it still runs. */
    async untilProgress(token: string, id: number): Promise<boolean> {
      for (;;) {
        const answer = await call(token, 'GET', `/v1/tasks/${id}/progress?after=0`);
        const { chunks, status } = progressSchema.parse(answer);
        if (chunks.length > 0 || ends.includes(status)) return !ends.includes(status);
        await clock.sleep(lookMilliseconds);
      }
    },
    async log(token: string, id: number): Promise<string> {
      const { logs_url } = logsSchema.parse(await call(token, 'GET', `/v1/tasks/${id}/logs`));
      return (await fetch(logs_url)).text();
    },
  };
}

export type DemoApi = ReturnType<typeof demoApi>;
