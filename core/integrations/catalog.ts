import { checkedType, type TypeName } from '../task-types.ts';
import { bash } from './bash.ts';
import { ecsExec } from './ecs-exec.ts';
import { elixir } from './elixir.ts';
import { hashicorpVault } from './hashicorp-vault.ts';
import { heroku } from './heroku.ts';
import type { Integration } from './integration.ts';
import { k8s } from './k8s.ts';
import { k8sApply } from './k8s-apply.ts';
import { k8sExec } from './k8s-exec.ts';
import { mongodb } from './mongodb.ts';
import { mysql } from './mysql.ts';
import { mysqlCsv } from './mysql-csv.ts';
import { node } from './node.ts';
import { postgres } from './postgres.ts';
import { postgresCsv } from './postgres-csv.ts';
import { python } from './python.ts';
import { rails } from './rails.ts';
import { railsConsole } from './rails-console.ts';
import { railsConsoleEcs } from './rails-console-ecs.ts';
import { railsConsoleK8s } from './rails-console-k8s.ts';
import { sqlServer } from './sql-server.ts';

/** How each type becomes a process. */
const catalog: Readonly<Record<TypeName, Integration>> = {
  bash,
  'ecs-exec': ecsExec,
  elixir,
  'hashicorp-vault': hashicorpVault,
  heroku,
  k8s,
  'k8s-apply': k8sApply,
  'k8s-exec': k8sExec,
  mongodb,
  mysql,
  'mysql-csv': mysqlCsv,
  node,
  postgres,
  'postgres-csv': postgresCsv,
  python,
  rails,
  'rails-console': railsConsole,
  'rails-console-ecs': railsConsoleEcs,
  'rails-console-k8s': railsConsoleK8s,
  'sql-server': sqlServer,
};

/** @throws AgentError `task-invalid` that names the types there are. */
export function findIntegration(type: string): Integration {
  return catalog[checkedType(type)];
}
