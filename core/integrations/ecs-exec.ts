import type { Integration } from './integration.ts';
import { serviceTask } from './service-task.ts';

/** One command and its arguments, in a fresh task of a service. */
export const ecsExec: Integration = serviceTask;
