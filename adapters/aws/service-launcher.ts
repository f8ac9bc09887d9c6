import {
  ConflictException,
  type ECSClient,
  RunTaskCommand,
  type RunTaskCommandInput,
} from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, LaunchRequest } from '../../core/execution.ts';
import type { Clock, Launcher, Ledger } from '../../core/ports.ts';
import type { AwsCredentials } from '../secrets/aws-access.ts';
import { describeService } from './describe-service.ts';
import { launchFailure, noTask } from './launch-failure.ts';
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
      const clientToken = `${executionId}-service`.slice(-64);
      const input = serviceTaskInput({
        ...{ address, described, executionId, clientToken, group, bootstrap, manifestUrl },
      });
      return { launchId: await runTask(ecs, input), launchedAt: clock.now() };
    },
  };
}

function addressOf({ service, type }: LaunchRequest) {
  if (service) return service;
  throw new AgentError('launch-failed', `The type ${type} has no service to run in.`);
}

/** The signed address differs with each try, so that a repeated request is a conflict: its task is our first one. */
async function runTask(ecs: ECSClient, input: RunTaskCommandInput): Promise<string> {
  try {
    const { tasks, failures } = await ecs.send(new RunTaskCommand(input));
    const arn = tasks?.[0]?.taskArn;
    if (arn) return arn;
    throw noTask(`${failures?.[0]?.reason ?? ''} ${failures?.[0]?.detail ?? ''}`, input);
  } catch (thrown) {
    if (thrown instanceof AgentError) throw thrown;
    const [arn] = thrown instanceof ConflictException ? (thrown.resourceIds ?? []) : [];
    if (arn) return arn;
    throw launchFailure(thrown, input);
  }
}
