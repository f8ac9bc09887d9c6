import { type MetricDetail, metrics } from '../../adapters/aws/metric-names.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import type { AgentErrorCode } from '../../core/errors.ts';
import { type Reason, reasonSchema } from '../../core/execution.ts';
import { taskTypes } from '../../core/task-types.ts';

/** Every value that a detail of a metric may have: CloudWatch is paid for each as for a metric of its own. */
export const detailValues: Readonly<Record<MetricDetail, readonly string[]>> = {
  call: Object.keys({
    ...{ register: 0, 'ready-tasks': 0, 'kill-requests': 0, lock: 0, progress: 0, upload: 0, report: 0 },
  } satisfies Record<Kebab<keyof ControlPlane>, 0>),
  code: Object.keys({
    ...{ 'config-invalid': 0, 'task-invalid': 0, 'api-unreachable': 0, 'api-refused': 0 },
    ...{ 'agent-duplicate': 0, 'identity-rejected': 0, 'policy-denied': 0, 'secrets-invalid': 0 },
    ...{ 'command-invalid': 0, 'ledger-failed': 0, 'queue-failed': 0, 'launch-failed': 0 },
    ...{ 'redaction-failed': 0, 'log-store-failed': 0, 'audit-failed': 0, unexpected: 0 },
  } satisfies Record<AgentErrorCode | 'unexpected', 0>),
  outcome: ['refused', 'unclear', 'other'],
  reason: reasonSchema.options satisfies readonly Reason[],
  type: Object.keys(taskTypes),
};

/** How many metrics there can be, if everything that can happen does. */
export const metricsAtMost = Object.values(metrics).reduce(
  (sum, { by }) => sum + 1 + (by === null ? 0 : detailValues[by].length),
  0,
);

type Kebab<Name extends string> = Name extends 'readyTasks'
  ? 'ready-tasks'
  : Name extends 'killRequests'
    ? 'kill-requests'
    : Name;
