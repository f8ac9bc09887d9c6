import * as z from 'zod/mini';

/** Every type that the API knows. */
const taskTypes = [
  'bash',
  'ecs-exec',
  'elixir',
  'hashicorp-vault',
  'heroku',
  'k8s',
  'k8s-apply',
  'k8s-exec',
  'mongodb',
  'mysql',
  'mysql-csv',
  'node',
  'postgres',
  'postgres-csv',
  'python',
  'rails',
  'rails-console',
  'rails-console-ecs',
  'rails-console-k8s',
  'sql-server',
] as const;

export const taskType = z.enum(taskTypes, { error: `must be one of ${taskTypes.join(', ')}` });
