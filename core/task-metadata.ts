import type { Spec } from './execution.ts';

/** What a script may know of its task, as environment variables. They win over keys of the secret of the same name. */
export function taskMetadata(spec: Spec): Readonly<Record<MetadataKey, string>> {
  return {
    RUNOPS_TASK_ID: String(spec.taskId),
    RUNOPS_TASK_TARGET: spec.target ?? '',
    RUNOPS_TASK_DESCRIPTION: spec.description ?? '',
    RUNOPS_TASK_USER_EMAIL: spec.userEmail ?? '',
    RUNOPS_USER_GROUPS: spec.userGroups ?? '',
  };
}

export const metadataKeys = [
  'RUNOPS_TASK_ID',
  'RUNOPS_TASK_TARGET',
  'RUNOPS_TASK_DESCRIPTION',
  'RUNOPS_TASK_USER_EMAIL',
  'RUNOPS_USER_GROUPS',
] as const;

type MetadataKey = (typeof metadataKeys)[number];
