import { Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { DoctorEnv } from '../functions/doctor/env.ts';
import { AgentFunction } from './agent-function.ts';
import type { AgentParts } from './agent-parts.ts';
import type { Dispatching } from './dispatching.ts';
import { doctorPermissions } from './doctor-permissions.ts';
import type { Execution } from './execution.ts';
import type { Polling } from './polling.ts';
import type { RedactionSettings } from './redaction-settings.ts';
import type { Reporting } from './reporting.ts';
import type { RunopsAgentProps } from './runops-agent-props.ts';
import type { TargetRoles } from './target-roles.ts';

export interface DoctoringProps extends AgentParts {
  readonly agent: RunopsAgentProps;
  readonly execution: Execution;
  readonly roles: TargetRoles;
  readonly polling: Polling;
  readonly dispatching: Dispatching;
  readonly reporting: Reporting;
  readonly redaction: RedactionSettings;
}

/** Looks at the agent for whoever asks: docs/doctor.md. Nothing calls it by itself. */
export class Doctoring extends Construct {
  readonly doctor: AgentFunction;

  constructor(scope: Construct, id: string, props: DoctoringProps) {
    super(scope, id);
    const { functions, shared, queues, polling, dispatching, reporting, redaction, agent } = props;
    const { RUNOPS_GOOGLE_DLP, RUNOPS_BEDROCK_GUARDRAIL } = redaction.variables;
    const pairs = [queues.dispatches, queues.kills, queues.reports];
    const variables: { [Name in keyof VariablesOf<DoctorEnv>]: string | undefined } = {
      ...shared,
      ...{ RUNOPS_GOOGLE_DLP, RUNOPS_BEDROCK_GUARDRAIL },
      SETTINGS_SECRET: dispatching.settings.ref,
      JWK_URL: agent.identity?.jwkUrl,
      FUNCTIONS: listed(
        [polling.poller, dispatching.dispatcher, reporting.reporter].map((one) => one.function.functionName),
      ),
      SCHEDULES: listed([polling.everyMinute, reporting.everyMinute].map(({ schedule }) => schedule.ref)),
      QUEUES: listed(pairs.map(({ queue }) => queue.queueUrl)),
      DEAD_QUEUES: listed(pairs.map(({ dead }) => dead.queueUrl)),
    };
    this.doctor = new AgentFunction(this, 'Doctor', {
      ...functions,
      name: 'doctor',
      description: 'Runops agent: what is ill with it, and what to do about it. Press Test.',
      // The client of Google DLP takes 300 MB.
      memoryMiB: 1024,
      timeoutSeconds: 120,
      variables,
      permissions: doctorPermissions(this, props),
    });
  }
}

function listed(names: readonly string[]): string {
  return Fn.join(',', [...names]);
}
