import { deployedControlPlane } from '../../adapters/aws/deployed.ts';
import { deployedAudit } from '../../adapters/aws/deployed-audit.ts';
import { deployedLogStore } from '../../adapters/aws/deployed-log-store.ts';
import { defaultProvider } from '../../adapters/aws/lambda-credentials.ts';
import { measuredControlPlane } from '../../adapters/aws/measured-control-plane.ts';
import type { Meter } from '../../adapters/aws/meter.ts';
import { xrayTracer } from '../../adapters/aws/xray-tracer.ts';
import { lazyHooks } from '../../adapters/hooks-module.ts';
import { deploymentRedactor } from '../../adapters/redaction/deployment-redactor.ts';
import type { AgentDescription } from '../../core/control-plane.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Ledger, Tracer } from '../../core/ports.ts';
import { secretsOnlyRedactor } from '../../core/redaction/local-redactor.ts';
import { selfTestControlPlane } from '../../core/self-test-control-plane.ts';
import type { ReporterEnv } from './env.ts';
import { registeringFirst } from './registering-first.ts';
import { report } from './report.ts';

export interface DeployedReportOptions {
  env: ReporterEnv;
  region: string;
  description: AgentDescription;
  ledger: Ledger;
  clock: Clock;
  log: Log;
  meter: Meter;
}

/**
 * The use case `report` with the redaction of this deployment. A file of its own, because the sweep of each minute does
 * without it.
 * @throws AgentError `config-invalid` when the redaction is not configured as it must be.
 */
export function deployedReport(options: DeployedReportOptions): (id: ExecutionId) => Promise<void> {
  const { env, region, ledger, clock, log, meter } = options;
  const { redactor } = deploymentRedactor(
    {
      transformations: env.RUNOPS_REDACTION,
      googleDlp: env.RUNOPS_GOOGLE_DLP,
      bedrockGuardrail: env.RUNOPS_BEDROCK_GUARDRAIL,
    },
    { clock, random: Math.random, readFile: noFiles },
  );
  const deps = {
    ledger,
    logStore: deployedLogStore(env, region),
    controlPlane: selfTestControlPlane(
      deployedControlPlane(env, clock, (client) =>
        registeringFirst(measuredControlPlane(client, meter, clock), options),
      ),
    ),
    redactor,
    unredacted: secretsOnlyRedactor(),
    auditing: { audit: deployedAudit(env, clock), agentName: env.AGENT_NAME },
    hooks: env.RUNOPS_HOOKS ? lazyHooks(env.RUNOPS_HOOKS) : undefined,
    tracer: env.XRAY_URL ? tracerAt(env.XRAY_URL, options) : undefined,
    clock,
    log,
  };
  return (id) => report(deps, id);
}

function tracerAt(url: string, { env, region, clock, log }: DeployedReportOptions): Tracer {
  const credentials = defaultProvider();
  return xrayTracer({ url, region, credentials, agentName: env.AGENT_NAME, fetch, clock, log });
}

function noFiles(): never {
  throw new AgentError('config-invalid', 'A function has no files: the setting must be JSON.');
}
