import { AgentError } from '../../core/errors.ts';
import type { Clock, Launcher, Ledger } from '../../core/ports.ts';
import type { FindService, ServiceAddress } from '../../core/service-address.ts';
import { lazySecrets } from '../secrets/lazy-secrets.ts';
import { runopsSecrets } from '../secrets/runops.ts';
import { findService } from './find-service.ts';
import { once } from './lazy-ports.ts';
import { serviceNames } from './service-names.ts';
import { taskGroup } from './task-group.ts';

export interface DeployedServicesOptions {
  env: {
    LEDGER_BUCKET: string;
    OUTPUT_BUCKET: string;
    AWS_ENDPOINT_URL?: string | undefined;
    AGENT_NAME: string;
    /** What the dispatcher takes on for one execution, and hands to its container. */
    SERVICE_EXECUTION_ROLE?: string | undefined;
  };
  region: string;
  ledger: Ledger;
  /** The services that the deployment names, by their targets. */
  settings: () => Promise<{ services?: Readonly<Record<string, ServiceAddress>> | undefined }>;
  /** The runner in Ruby, and the lines that fetch it. */
  program: () => Promise<{ program: string; bootstrap: string }>;
  clock: Clock;
}

/** Finds customers' services and starts tasks of them. Loads at the first such task; other tasks do without it. */
export function deployedServices(options: DeployedServicesOptions): {
  find: FindService;
  launch: Launcher['launch'];
  check: (service: ServiceAddress) => Promise<void>;
} {
  const { region, settings, clock } = options;
  const aws = lazySecrets(async () => {
    const { awsSecrets } = await import('../secrets/aws.ts');
    return awsSecrets({}, clock);
  });
  const launcher = once(() => loadLauncher(options));
  return {
    find: findService({
      services: async () => (await settings()).services ?? {},
      secrets: serviceNames(runopsSecrets(), aws),
      region,
    }),
    launch: async (request) => (await launcher()).launch(request),
    async check(service) {
      const [{ ecsIn }, { describeService }] = await Promise.all([
        import('./ecs-client.ts'),
        import('./describe-service.ts'),
      ]);
      await describeService(ecsIn(service.region), service);
    },
  };
}

async function loadLauncher(options: DeployedServicesOptions): Promise<Pick<Launcher, 'launch'>> {
  const { env, region, ledger, clock } = options;
  const [{ ecsIn }, { serviceLauncher }, { s3Client }, { STSClient }, { executionCredentials }, ruby] =
    await Promise.all([
      import('./ecs-client.ts'),
      import('./service-launcher.ts'),
      import('./s3-client.ts'),
      import('../secrets/sts.ts'),
      import('./execution-credentials.ts'),
      options.program(),
    ]);
  const sts = new STSClient({});
  const endpoint = env.AWS_ENDPOINT_URL;
  return serviceLauncher({
    ecsOf: ecsIn,
    ledger,
    manifest: {
      ...{ s3: s3Client(endpoint), ledgerBucket: env.LEDGER_BUCKET, outputBucket: env.OUTPUT_BUCKET },
      ...{ region, endpoint, program: ruby.program },
    },
    credentialsOf: async (executionId) => {
      const { SERVICE_EXECUTION_ROLE: roleArn } = env;
      if (!roleArn) throw noServices();
      return executionCredentials({ sts, roleArn, executionId, clock })();
    },
    group: taskGroup(env.AGENT_NAME),
    bootstrap: ruby.bootstrap,
    clock,
  });
}

function noServices(): AgentError {
  const message =
    'This agent is deployed without services. Name them in its deployment, and deploy it again.';
  return new AgentError('launch-failed', message);
}
