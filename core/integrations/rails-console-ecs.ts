import type { Integration } from './integration.ts';
import { serviceTask } from './service-task.ts';

/** Ruby for `rails runner`, in a fresh task of the service of a Rails application. */
export const railsConsoleEcs: Integration = serviceTask;
