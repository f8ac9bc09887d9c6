import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/client-settings.ts';
import { answerCustomResource } from '../../adapters/aws/custom-resource.ts';
import { observe } from '../../adapters/aws/lambda-handler.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { checkAccount } from './check-account.ts';
import { preflightEnv } from './env.ts';

const env = parseEnvironment(preflightEnv, process.env, 'The preflight');
const { log, handler: observed } = observe(env.AGENT_NAME);

const deps = {
  clients: {
    ec2: new EC2Client(clientSettings),
    iam: new IAMClient(clientSettings),
    quotas: new ServiceQuotasClient(clientSettings),
    secretsManager: new SecretsManagerClient(clientSettings),
    sts: new STSClient(clientSettings),
  },
  fetch,
  clock: systemClock,
  random: Math.random,
  log,
};

/** Called by CloudFormation before the rest of the stack is made, and again when its settings change. */
export const handler = observed((event) =>
  answerCustomResource({ fetch }, event, (request) => checkAccount(deps, request.ResourceProperties)),
);
