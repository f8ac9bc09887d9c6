import * as z from 'zod/mini';
import { doctorClients } from '../../adapters/aws/checks/clients.ts';
import { observe } from '../../adapters/aws/lambda-handler.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { doctorEnv } from './env.ts';
import { examine } from './examine.ts';

const env = parseEnvironment(doctorEnv, process.env, 'The doctor');
const { log, handler: observed } = observe(env.AGENT_NAME);
const clients = doctorClients(process.env.AWS_REGION ?? '', env.AWS_ENDPOINT_URL);

const question = z.object({ secrets: z._default(z.array(z.string()), []) });

/** Woken by whoever wants to know: `{"secrets": ["arn:…"]}` has more secrets looked at, any other event is fine too. */
export const handler = observed(async (event) => {
  const { secrets } = question.safeParse(event).data ?? { secrets: [] };
  const examination = await examine({
    ...{ env, clients, endpoint: env.AWS_ENDPOINT_URL, isAgent: true, secrets },
    ...{ fetch, clock: systemClock, random: Math.random },
  });
  const ill = examination.findings.filter(({ state }) => state === 'ill').map(({ check }) => check);
  log.info('agent.examined', { well: examination.well, ill: ill.join(', ') });
  return examination;
});
