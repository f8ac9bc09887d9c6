import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Policy } from '../core/policy.ts';
import type { ImageFamily } from '../core/task-types.ts';
import type { BudgetSettings } from './agent-budget.ts';
import type { AuditProps } from './auditing.ts';
import type { MonitoringSettings } from './monitoring.ts';
import type { NetworkChoice } from './network.ts';
import type { TargetNetworkProps } from './network-target.ts';
import type { RedactionProps } from './redaction-settings.ts';
import type { RoleRules } from './role-rules.ts';
import type { SecretAccess } from './secret-access.ts';
import type { VaultProps } from './vault-variables.ts';

export interface RunopsAgentProps extends BudgetSettings {
  /** The secret with the organisation's agent token: the token itself, as the secret's text. */
  readonly tokenSecret: ISecret;
  /**
   * What people call this agent: in its logs, its metrics and as the group of its ECS tasks.
   * @default - the name of the stack
   */
  readonly name?: string;
  /**
   * The Runops API, with https. Plain http is for tests on this machine: localhost and 127.0.0.1 alone.
   * @default 'https://api.runops.io'
   */
  readonly apiUrl?: string;
  /**
   * This agent runs the targets with this tag.
   * @default - those that have no tag
   */
  readonly tags?: string;
  /**
   * The identity provider whose tokens prove who asked. With it, nothing runs without a verified user.
   * @default - the API is believed
   */
  readonly identity?: IdentityProps;
  /**
   * What may run, and within which limits: docs/policy.md. As text it is JSON that CloudFormation fills in, which is
   * read when a task is to start.
   * @default - all types, for an hour, 100 MiB of output
   */
  readonly policy?: Policy | string;
  /**
   * The path of an ES module of yours with functions around each task: docs/hooks.md. Its folder is deployed whole.
   * @default - none
   */
  readonly hooks?: string;
  /**
   * What is done to the output besides the agent's own detectors: docs/redaction.md.
   * @default - the own detectors alone, which replace each value by the name of its kind
   */
  readonly redaction?: RedactionProps;
  /**
   * Which secrets the agent can read for targets that do not name theirs.
   * @default - those whose names begin with `runops/`
   */
  readonly secrets?: SecretAccess;
  /**
   * ARNs of your own KMS keys with which the token's secret or secrets of targets are encrypted.
   * @default - the key of Secrets Manager
   */
  readonly secretKeys?: readonly string[];
  /**
   * The secrets behind the provider `env-var`: the ARN of each, by the name that targets know it by.
   * @default - none
   */
  readonly secretVariables?: Readonly<Record<string, string>>;
  /**
   * How the containers log in to HashiCorp Vault, for the providers `hashicorp/kv` and `hashicorp/db`.
   * @default - no Vault
   */
  readonly vault?: VaultProps;
  /**
   * What differs for a target, by its name at Runops.
   * @default - nothing: all targets are alike
   */
  readonly targets?: Readonly<Record<string, TargetProps>>;
  /**
   * Your own ECS services in whose fresh tasks `rails-console-ecs` and `ecs-exec` run: docs/rails-on-ecs.md. The tag
   * `runops` = `allow` on the service opts it in.
   * @default - none: these two types are refused
   */
  readonly services?: readonly ServiceProps[];
  /**
   * An image of yours for a family, by digest: `account.dkr.ecr.region.amazonaws.com/name@sha256:…`.
   * @default - built from `containers/images` when you deploy
   */
  readonly images?: Readonly<Partial<Record<ImageFamily, string>>>;
  /**
   * The processor of the containers: `arm64` or `x86_64`. Images of yours must be made for it.
   * @default 'arm64'
   */
  readonly architecture?: CpuArchitecture;
  /**
   * Where the containers run and what they reach: docs/network.md.
   * @default - public: a VPC of its own without a NAT, nothing in, TCP out
   */
  readonly network?: NetworkChoice;
  /**
   * How many days the redacted logs of executions are kept.
   * @default 365
   */
  readonly logRetentionDays?: number;
  /**
   * How long the agent's own logs are kept, which tell what it did and never what a task printed.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly ownLogRetention?: RetentionDays;
  /**
   * How many executions are started at the same time. It does not limit how many run.
   * @default 20
   */
  readonly startsAtOnce?: number;
  /**
   * Milliseconds between two polls.
   * @default - what the API says, or 1000
   */
  readonly pollMilliseconds?: number;
  /**
   * Concurrency that is kept free for the poller. Fails in accounts whose quota is small.
   * @default - none
   */
  readonly pollerConcurrency?: number;
  /**
   * Whether the trace of each execution goes to X-Ray. It costs money: docs/operations.md.
   * @default false
   */
  readonly tracing?: boolean;
  /**
   * Who is told when the agent is unwell, and when it counts as unwell: docs/operations.md. False: no alarms, no
   * dashboard, no saved queries; its metrics stay.
   * @default - alarms and a dashboard in the console
   */
  readonly monitoring?: MonitoringSettings | false;
  /** Whether a deployment tries itself out and rolls back when that fails: docs/deploy.md. @default true */
  readonly selfTest?: boolean;
  /**
   * What is kept of each decision and each end, besides events on a bus of EventBridge: docs/audit.md.
   * @default - nothing
   */
  readonly audit?: AuditProps;
  /**
   * Whether the account is looked at before anything of the agent is made in it: docs/deploy.md.
   * @default true
   */
  readonly preflight?: boolean;
  /**
   * What your account wants of every role: a permissions boundary, a path, a prefix.
   * @default - nothing
   */
  readonly roles?: RoleRules;
}

export type CpuArchitecture = 'arm64' | 'x86_64';

export interface IdentityProps {
  /** Where the provider publishes its keys, with https. */
  readonly jwkUrl: string;
  /**
   * Who must have issued a token.
   * @default - anybody with these keys
   */
  readonly issuer?: string;
  /**
   * For whom a token must have been issued.
   * @default - for anybody
   */
  readonly audience?: string;
  /**
   * The token's claim that must be the user's address.
   * @default 'email'
   */
  readonly emailClaim?: string;
}

/** An ECS service of yours, and what the agent needs to start a task that is like those of the service. */
export interface ServiceProps {
  /**
   * The target that runs in it.
   * @default - targets that name it by ECS_CLUSTER, ECS_SERVICE_NAME and ECS_CONTAINER
   */
  readonly target?: string;
  /** The names of the cluster, the service and the container that has the program. */
  readonly cluster: string;
  readonly service: string;
  readonly container: string;
  /**
   * Where it is.
   * @default - the region of the agent
   */
  readonly region?: string;
  /**
   * The family of its task definitions.
   * @default - any, with the roles below
   */
  readonly family?: string;
  /**
   * The ARN of the task role of its task definition, which the agent may pass to a task.
   * @default - it has none
   */
  readonly taskRole?: string;
  /**
   * The ARN of the execution role of its task definition, with which ECS pulls its image and reads its secrets.
   * @default - it has none
   */
  readonly executionRole?: string;
  /**
   * Whether `ecs-exec` on this target goes into a container that serves, by ECS Exec, and not into a fresh task:
   * docs/rails-on-ecs.md. The target must be named, here and with secrets of its own in `targets`.
   * @default false
   */
  readonly live?: boolean;
}

export interface TargetProps extends TargetNetworkProps {
  /**
   * ARNs of the secrets that this target's executions can read. With them it has roles of its own, and can read no
   * other secret.
   * @default - what `secrets` of the agent says
   */
  readonly secrets?: readonly string[];
  /**
   * vCPU units of its containers; 1024 are one.
   * @default 512
   */
  readonly cpu?: number;
  /**
   * MiB of memory of its containers, that is also their scratch space.
   * @default 1024
   */
  readonly memory?: number;
  /**
   * Types that may run on it.
   * @default - what `policy` says
   */
  readonly types?: readonly string[];
}
