/** The agent as a construct for CDK apps of others: `import { RunopsAgent } from 'runops-agent-aws'`. */

export type { HookResult, Hooks, HookTask, HookVerdict } from '../core/hooks.ts';
export type { AlarmThresholds } from './alarm-thresholds.ts';
export type { SlackChannel } from './alarm-topic.ts';
export type { AuditBucketProps, AuditProps } from './auditing.ts';
export type { MonitoringSettings } from './monitoring.ts';
export type { NetworkChoice } from './network.ts';
export type { RedactionProps } from './redaction-settings.ts';
export type { RoleRules } from './role-rules.ts';
export { RunopsAgent } from './runops-agent.ts';
export type {
  CpuArchitecture,
  IdentityProps,
  RunopsAgentProps,
  ServiceProps,
  TargetProps,
} from './runops-agent-props.ts';
export type { SecretAccess } from './secret-access.ts';
export type { VaultProps } from './vault-variables.ts';
