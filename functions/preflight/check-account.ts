import type { EC2Client } from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { STSClient } from '@aws-sdk/client-sts';
import { awsFailure } from '../../adapters/aws/aws-failure.ts';
import { agentToken } from '../../adapters/aws/checks/agent-token.ts';
import { askApi } from '../../adapters/aws/checks/ask-api.ts';
import { clockSkew } from '../../adapters/aws/checks/clock.ts';
import { fargateQuota } from '../../adapters/aws/checks/fargate-quota.ts';
import { type Check, lookAtAll } from '../../adapters/aws/checks/look.ts';
import { policyText } from '../../adapters/aws/checks/policy-text.ts';
import { ensureServiceLinkedRole } from '../../adapters/aws/checks/service-linked-role.ts';
import { servicesOfContainers, subnetEgress } from '../../adapters/aws/checks/subnet-egress.ts';
import { networkOf } from '../../adapters/aws/checks/subnet-network.ts';
import { once } from '../../adapters/aws/lazy-ports.ts';
import { readSecret } from '../../adapters/aws/read-secret.ts';
import { tryAgain } from '../../adapters/aws/try-again.ts';
import { AgentError } from '../../core/errors.ts';
import { explainFindings } from '../../core/finding.ts';
import type { Fetch } from '../../core/http-request.ts';
import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/ports.ts';
import { type PreflightProperties, parseProperties } from './properties.ts';

export interface PreflightDependencies {
  clients: {
    ec2: EC2Client;
    iam: IAMClient;
    quotas: ServiceQuotasClient;
    secretsManager: SecretsManagerClient;
    sts: STSClient;
  };
  fetch: Fetch;
  clock: Clock;
  random: () => number;
  log: Log;
}

const checkSecondsMax = 60;

/** IAM knows a new role some seconds later than CloudFormation: until then all is denied to it. */
const newRole = { tries: 4, pauseMilliseconds: 2000 };

/**
 * Looks whether an agent can work in this account, before anything of it is made. Returns the attributes of the
 * resource. What cannot be looked at stops nobody.
 * @throws AgentError `config-invalid` with a sentence, and its remedy, for each thing that makes an agent useless.
 */
export async function checkAccount(
  deps: PreflightDependencies,
  given: Record<string, unknown>,
): Promise<Record<string, string>> {
  const { clients, clock, log } = deps;
  const properties = parseProperties(given);
  const findings = await lookAtAll(checksOf(deps, properties), { clock, secondsMax: checkSecondsMax });
  const ill = findings.filter(({ state }) => state === 'ill');
  const named = (wanted: string) =>
    findings.flatMap(({ check, state }) => (state === wanted ? [check] : [])).join(', ');
  const seen = { ill: named('ill'), weak: named('weak'), unknown: named('unknown') };
  if (ill.length > 0) {
    log.error('preflight.failed', { ...seen, cause: explainFindings(ill) });
    throw new AgentError('config-invalid', explainFindings(ill));
  }
  log.info('preflight.passed', { ...seen, cause: explainFindings(findings) });
  return attributesOf(clients.ec2, properties);
}

/** Only a network whose subnets were not known before needs them. */
async function attributesOf(ec2: EC2Client, { SubnetIds, PublicIp }: PreflightProperties) {
  const looked = networkOf(ec2, SubnetIds);
  if (PublicIp !== 'auto') return { VpcId: await looked.then(({ vpc }) => vpc).catch(() => ''), PublicIp };
  const { vpc, needsAddress } = await looked;
  return { VpcId: vpc, PublicIp: String(needsAddress) };
}

function checksOf(deps: PreflightDependencies, properties: PreflightProperties): Check[] {
  const { clients, clock, fetch, random } = deps;
  const { ec2, iam, quotas, secretsManager, sts } = clients;
  const { TokenSecret, ApiUrl, Tags, SubnetIds, PublicIp, Policy } = properties;
  const readToken = () =>
    tryAgain(clock, newRole, isDenied, () => readSecret(secretsManager, TokenSecret, 'The agent token'));
  const api = once(() =>
    askApi({ ...{ fetch, clock, random, readToken }, apiUrl: ApiUrl, tags: Tags || null }),
  );
  const subnets = {
    ...{ of: 'the agent', subnets: SubnetIds, publicIp: PublicIp !== 'false' },
    services: servicesOfContainers,
  };
  return [
    { name: 'agent token', look: () => agentToken(api, true) },
    { name: 'clock', look: () => clockSkew(sts, clock, api) },
    { name: 'service-linked role', look: () => ensureServiceLinkedRole(iam, clock) },
    { name: 'Fargate quota', look: () => fargateQuota(quotas) },
    ...(SubnetIds.length > 0
      ? [{ name: 'subnets of the agent', look: () => subnetEgress(ec2, subnets) }]
      : []),
    ...(Policy ? [{ name: 'policy', look: () => policyText(Policy) }] : []),
  ];
}

function isDenied(thrown: unknown): boolean {
  return thrown instanceof AgentError && awsFailure(thrown.cause).kind === 'denied';
}
