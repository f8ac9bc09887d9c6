import { agentTaskRoutes } from './agent-tasks.ts';
import { agentRoutes } from './agents.ts';
import { logRoutes } from './logs.ts';
import type { Plane } from './plane.ts';
import { progressRoutes } from './progress.ts';
import { resultRoutes } from './results.ts';
import { reviewRoutes } from './reviews.ts';
import type { Route } from './router.ts';
import { targetRoutes } from './targets.ts';
import { taskListRoutes } from './task-lists.ts';
import { taskRoutes } from './tasks.ts';
import { userRoutes } from './users.ts';

/** Every address of the server. Where two patterns fit one address, the first wins. */
export function allRoutes(plane: Plane): Route[] {
  return [
    ...agentTaskRoutes(plane),
    ...resultRoutes(plane),
    ...progressRoutes(plane),
    ...agentRoutes(plane),
    ...targetRoutes(plane),
    ...taskListRoutes(plane),
    ...taskRoutes(plane),
    ...reviewRoutes(plane),
    ...logRoutes(plane),
    ...userRoutes(plane),
    // Clients ask for the list at their start; templates themselves are not kept here.
    { method: 'GET', path: '/v1/templates', for: 'user', handle: () => ({ status: 200, body: [] }) },
  ];
}
