import type { ECSClient } from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, LaunchRequest } from '../../core/execution.ts';
import type { Clock, Launcher, Ledger } from '../../core/ports.ts';
import type { AwsCredentials } from '../secrets/aws-access.ts';
import { describeService } from './describe-service.ts';
import { runTask } from './run-task.ts';
import { clientToken } from './run-task-input.ts';
import { type ManifestOptions, writeManifest } from './service-manifest.ts';
import { serviceTaskInput } from './service-task-input.ts';

export interface ServiceLauncherOptions {
  ecsOf: (region: string) => ECSClient;
  ledger: Ledger;
  manifest: ManifestOptions;
  /** Credentials that reach one execution's records alone. */
  credentialsOf: (id: ExecutionId) => Promise<AwsCredentials>;
  group: string;
  /** The lines of Ruby that fetch the manifest. */
  bootstrap: string;
  clock: Clock;
}

/**
 * Starts a fresh task of a customer's service, whose container runs the script in place of its own command. Two
 * launches are one for ECS, by the client token; a third one may follow an hour after the end of the first, and then
 * the permanent claim lets it do nothing.
 */
export function serviceLauncher(options: ServiceLauncherOptions): Pick<Launcher, 'launch'> {
  const { ecsOf, ledger, manifest, credentialsOf, group, bootstrap, clock } = options;
  return {
    async launch(request) {
      const { executionId } = request;
      const address = addressOf(request);
      const spec = await ledger.read(executionId, 'spec');
      if (!spec) throw new AgentError('ledger-failed', 'The execution has no spec.', { retryable: true });
      const ecs = ecsOf(address.region);
      const [described, credentials] = await Promise.all([
        describeService(ecs, address),
        credentialsOf(executionId),
      ]);
      const content = { executionId, spec, credentials, secretNames: described.secretNames };
      const manifestUrl = await writeManifest(manifest, content, clock.now());
      const { cluster } = address;
      // The signed address differs with each try: a repeated request is a conflict with our first one.
      const launchId = await runTask({ ecs, cluster, clock }, (launch) =>
        serviceTaskInput({
          ...{ address, described, executionId, group, bootstrap, manifestUrl },
          clientToken: clientToken(executionId, launch),
        }),
      );
      return { launchId, launchedAt: clock.now() };
    },
  };
}

function addressOf({ service, type }: LaunchRequest) {
  if (service) return service;
  throw new AgentError('launch-failed', `The type ${type} has no service to run in.`);
}
