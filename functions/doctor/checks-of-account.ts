import { agentToken } from '../../adapters/aws/checks/agent-token.ts';
import { askApi } from '../../adapters/aws/checks/ask-api.ts';
import { clockSkew } from '../../adapters/aws/checks/clock.ts';
import { fargateQuota } from '../../adapters/aws/checks/fargate-quota.ts';
import { lambdaFunction } from '../../adapters/aws/checks/function.ts';
import { heartbeat } from '../../adapters/aws/checks/heartbeat.ts';
import { jwks } from '../../adapters/aws/checks/jwks.ts';
import type { Check } from '../../adapters/aws/checks/look.ts';
import { deadMessages, waitingMessages } from '../../adapters/aws/checks/queues.ts';
import { redactionServices } from '../../adapters/aws/checks/redaction-services.ts';
import { schedules } from '../../adapters/aws/checks/schedules.ts';
import { serviceLinkedRole } from '../../adapters/aws/checks/service-linked-role.ts';
import { once } from '../../adapters/aws/lazy-ports.ts';
import { readSecret } from '../../adapters/aws/read-secret.ts';
import type { ExamineDependencies } from './examine.ts';

/** What is the same for every agent: the API, the account, and the agent's own parts. */
export function checksOfAccount(deps: ExamineDependencies): Check[] {
  const { env, clients, endpoint, isAgent, fetch, clock, random } = deps;
  const { cloudWatch, iam, lambda, quotas, sqs, sts } = clients;
  const http = { fetch, clock, random };
  const queues = { queues: env.QUEUES, deadQueues: env.DEAD_QUEUES };
  const secretsManager = clients.secretsManagerIn(clients.region);
  const readToken = () => readSecret(secretsManager, env.TOKEN_SECRET, 'The agent token');
  const api = once(() => askApi({ ...http, apiUrl: env.API_URL, tags: env.TAGS ?? null, readToken }));
  const { JWK_URL: jwkUrl, RUNOPS_GOOGLE_DLP: googleDlp, RUNOPS_BEDROCK_GUARDRAIL: bedrockGuardrail } = env;
  return [
    { name: 'agent token', look: () => agentToken(api, isAgent) },
    { name: 'clock', look: () => clockSkew(sts, clock, api) },
    { name: 'service-linked role', look: () => serviceLinkedRole(iam) },
    { name: 'Fargate quota', look: () => fargateQuota(quotas) },
    { name: 'schedules', look: () => schedules({ sts, fetch, endpoint }, env.SCHEDULES) },
    { name: 'heartbeat', look: () => heartbeat(cloudWatch, clock, env.AGENT_NAME) },
    ...env.FUNCTIONS.map((name) => ({ name: `function ${name}`, look: () => lambdaFunction(lambda, name) })),
    { name: 'queues', look: () => waitingMessages({ cloudWatch, clock }, queues) },
    { name: 'dead-letter queues', look: () => deadMessages(sqs, queues) },
    ...(jwkUrl ? [{ name: 'keys of the identity provider', look: () => jwks(http, jwkUrl) }] : []),
    ...redactionServices({ googleDlp, bedrockGuardrail }, clock),
  ];
}
