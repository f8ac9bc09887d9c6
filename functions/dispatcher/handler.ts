import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  deployedControlPlane,
  deployedLedger,
  deployedQueue,
  deployedSecret,
  deployedUsage,
} from '../../adapters/aws/deployed.ts';
import { deployedAudit } from '../../adapters/aws/deployed-audit.ts';
import { deployedLauncher } from '../../adapters/aws/deployed-launcher.ts';
import { deployedServices } from '../../adapters/aws/deployed-services.ts';
import { observe } from '../../adapters/aws/lambda-handler.ts';
import { vcpusOf } from '../../adapters/aws/launch-settings.ts';
import { measuredControlPlane } from '../../adapters/aws/measured-control-plane.ts';
import { parseSettings } from '../../adapters/aws/parse-settings.ts';
import { lazyHooks } from '../../adapters/hooks-module.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { verifyIdentity } from '../../core/identity.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { selfTestControlPlane } from '../../core/self-test-control-plane.ts';
import { dispatch } from './dispatch.ts';
import { dispatcherEnv } from './env.ts';
import { kill } from './kill.ts';
import { takeMessages } from './take-messages.ts';

/** A policy that was changed holds after this. */
const settingsSeconds = 60;

const env = parseEnvironment(dispatcherEnv, process.env, 'The dispatcher');
const { log, meter, handler: observed } = observe(env.AGENT_NAME);
const clock = systemClock;

const secret = deployedSecret(env.SETTINGS_SECRET, "The dispatcher's settings", settingsSeconds, clock);
const settings = async () => parseSettings(await secret());

const ledger = deployedLedger(env, clock);
const audit = deployedAudit(env, clock);
const services = deployedServices({
  ...{ env, region: process.env.AWS_REGION ?? '', ledger, settings, clock },
  // Beside the bundle: `build.ts`.
  program: async () => JSON.parse(await readFile(join(import.meta.dirname, 'ruby-runner.json'), 'utf8')),
});

const usage = deployedUsage(env, clock);
/** Loaded by the first task that the daily limit holds. */
const redact = async (text: string) =>
  (await import('../../core/redaction/local-redactor.ts')).localRedactor().message(text);

const deps = {
  ledger,
  controlPlane: selfTestControlPlane(measuredControlPlane(deployedControlPlane(env, clock), meter, clock)),
  launcher: deployedLauncher(env, settings, services, clock),
  reports: deployedQueue(env.REPORTS_QUEUE),
  verifyIdentity: env.JWK_URL
    ? verifyIdentity({
        jwkUrl: env.JWK_URL,
        issuer: env.JWT_ISSUER,
        audience: env.JWT_AUDIENCE,
        emailClaim: env.JWT_EMAIL_CLAIM,
        fetch,
        clock,
        random: Math.random,
      })
    : null,
  hooks: env.RUNOPS_HOOKS ? lazyHooks(env.RUNOPS_HOOKS) : undefined,
  leaseSeconds: env.LEASE_SECONDS,
  clock,
  log,
};

async function dispatchOne(id: string) {
  // It is needed as soon as there is a decision, and the first answers take longer than to load it.
  audit.load();
  const { policy, targets, images = {} } = await settings();
  const auditing = { audit, agentName: env.AGENT_NAME, images };
  const findService = env.SERVICE_EXECUTION_ROLE ? services.find : undefined;
  const dailyLimit =
    policy.dailyVcpuMinutes === undefined
      ? undefined
      : { usage, redact, vcpusOf: (target: string | null) => vcpusOf(targets, target) };
  await dispatch({ ...deps, policy, auditing, findService, dailyLimit }, id);
}

const queues = new Map([
  [env.DISPATCHES_QUEUE_ARN, dispatchOne],
  [env.KILLS_QUEUE_ARN, (id: string) => kill(deps, id)],
]);

/** Woken by the messages of its two queues. */
export const handler = observed((event) => takeMessages({ queues, log }, event));
