import type { ControlPlane } from '../../core/control-plane.ts';
import type { Clock, Ledger, Queue, Usage } from '../../core/ports.ts';
import { runopsApi } from '../../core/runops-api.ts';
import { streamingFetch } from '../streaming-fetch.ts';
import { parseAgentToken } from './agent-token.ts';
import { cached } from './cached.ts';
import { controlPlaneByToken } from './control-plane.ts';
import { lazyLedger, lazyQueue, lazyUsage } from './lazy-ports.ts';

/** The ports that functions have in common, as their environment names them. */

interface DeployedLedger {
  LEDGER_BUCKET: string;
  OUTPUT_BUCKET: string;
  AWS_ENDPOINT_URL?: string | undefined;
}

export function deployedLedger(env: DeployedLedger, clock: Clock): Ledger {
  return lazyLedger(async () => {
    const [{ s3Client }, { s3Ledger }] = await Promise.all([import('./s3-client.ts'), import('./ledger.ts')]);
    return s3Ledger({
      s3: s3Client(env.AWS_ENDPOINT_URL),
      ledgerBucket: env.LEDGER_BUCKET,
      outputBucket: env.OUTPUT_BUCKET,
      clock,
    });
  });
}

export function deployedUsage(env: Omit<DeployedLedger, 'OUTPUT_BUCKET'>, clock: Clock): Usage {
  return lazyUsage(async () => {
    const [{ s3Client }, { s3Usage }] = await Promise.all([import('./s3-client.ts'), import('./usage.ts')]);
    return s3Usage({ s3: s3Client(env.AWS_ENDPOINT_URL), name: env.LEDGER_BUCKET, clock });
  });
}

export function deployedQueue(url: string): Queue {
  return lazyQueue(async () => {
    const [{ sqs }, { sqsQueue }] = await Promise.all([import('./sqs-client.ts'), import('./queue.ts')]);
    return sqsQueue(sqs, url);
  });
}

/** The text of a secret, read again after `seconds`; `what` names it in messages. */
export function deployedSecret(arn: string, what: string, seconds: number, clock: Clock) {
  return cached(
    async () => {
      const [{ secretsManager }, { readSecret }] = await Promise.all([
        import('./secrets-manager-client.ts'),
        import('./read-secret.ts'),
      ]);
      return readSecret(secretsManager, arn, what);
    },
    seconds,
    clock,
  );
}

/** A rotated token is in use after this. */
const tokenSeconds = 300;

export interface DeployedApi {
  API_URL: string;
  TOKEN_SECRET: string;
  TAGS?: string | undefined;
  RUNOPS_INSTANCE: string;
}

/** The Runops API; `around` may add to the client that is made for a token. */
export function deployedControlPlane(
  env: DeployedApi,
  clock: Clock,
  around: (client: ControlPlane) => ControlPlane = (client) => client,
): ControlPlane {
  const secret = deployedSecret(env.TOKEN_SECRET, 'The agent token', tokenSeconds, clock);
  return controlPlaneByToken(
    async () => parseAgentToken(await secret()),
    (token) =>
      around(
        runopsApi({
          apiUrl: env.API_URL,
          token,
          tags: env.TAGS ?? null,
          instance: env.RUNOPS_INSTANCE,
          fetch: streamingFetch,
          clock,
          random: Math.random,
        }),
      ),
  );
}
