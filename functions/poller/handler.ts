import { agentDescription } from '../../adapters/aws/agent-description.ts';
import { deployedControlPlane, deployedLedger, deployedQueue } from '../../adapters/aws/deployed.ts';
import { observe } from '../../adapters/aws/lambda-handler.ts';
import { measuredControlPlane } from '../../adapters/aws/measured-control-plane.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { pollerEnv } from './env.ts';
import { poller } from './poll-for-a-minute.ts';

const env = parseEnvironment(pollerEnv, process.env, 'The poller');
const { log, meter, handler: observed } = observe(env.AGENT_NAME);

const poll = poller({
  controlPlane: measuredControlPlane(deployedControlPlane(env, systemClock), meter, systemClock),
  ledger: deployedLedger(env, systemClock),
  dispatches: deployedQueue(env.DISPATCHES_QUEUE),
  kills: deployedQueue(env.KILLS_QUEUE),
  clock: systemClock,
  log,
  meter,
  seen: new Set(),
  description: agentDescription(env),
  pollMilliseconds: env.POLL_MILLISECONDS,
});

/** Woken by a schedule each minute; the event says nothing. */
export const handler = observed((_, context) => poll(() => context.getRemainingTimeInMillis()));
