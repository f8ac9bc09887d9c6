import { AgentError } from './errors.ts';

/** What is to be known of a type before its command is built, which `core/integrations/` does. */
export interface TaskType {
  /** The image that has its client program, a folder of `containers/images/`, or the customer's own service. */
  image: ImageFamily;
  /** Where the script is one command and its arguments, in a fresh task of a service. */
  oneCommand?: true;
  /** Where standard output is data for a machine: then the result's text is standard output alone. */
  dataOnly?: true;
}

export type ImageFamily =
  | 'shell'
  | 'postgres'
  | 'mysql'
  | 'mongodb'
  | 'sql-server'
  | 'python'
  | 'node'
  | 'elixir'
  | 'rails'
  | 'kubernetes'
  | 'vault'
  | 'heroku'
  | 'service';

/** Every type that there is, by the name that the API gives it. */
export const taskTypes = {
  bash: { image: 'shell' },
  'ecs-exec': { image: 'service', oneCommand: true },
  elixir: { image: 'elixir' },
  'hashicorp-vault': { image: 'vault' },
  heroku: { image: 'heroku' },
  k8s: { image: 'kubernetes' },
  'k8s-apply': { image: 'kubernetes' },
  'k8s-exec': { image: 'kubernetes' },
  mongodb: { image: 'mongodb' },
  mysql: { image: 'mysql' },
  'mysql-csv': { image: 'mysql', dataOnly: true },
  node: { image: 'node' },
  postgres: { image: 'postgres' },
  'postgres-csv': { image: 'postgres', dataOnly: true },
  python: { image: 'python' },
  rails: { image: 'rails' },
  'rails-console': { image: 'rails' },
  'rails-console-ecs': { image: 'service' },
  'rails-console-k8s': { image: 'kubernetes' },
  'sql-server': { image: 'sql-server' },
} as const satisfies Record<string, TaskType>;

export type TypeName = keyof typeof taskTypes;

export function isTypeName(type: string): type is TypeName {
  return Object.hasOwn(taskTypes, type);
}

/** @throws AgentError `task-invalid` that names the types there are. */
export function findType(type: string): TaskType {
  return taskTypes[checkedType(type)];
}

/** @throws AgentError `task-invalid` that names the types there are. */
export function checkedType(type: string): TypeName {
  if (isTypeName(type)) return type;
  throw new AgentError(
    'task-invalid',
    `invalid task type [${type.slice(0, 100)}]. This agent runs: ${Object.keys(taskTypes).join(', ')}. ` +
      'Change the type of the target or of the task.',
  );
}
