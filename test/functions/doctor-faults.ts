import type { ExaminedAgent } from '../support/account/examined-agent.ts';
import { arns, digest, settings } from '../support/account/state.ts';
import { issuerKey } from '../support/fake-key-server.ts';

/** A fault that is planted into a healthy agent: what the doctor has to call ill, and what it has to advise. */
export interface PlantedFault {
  name: string;
  plant: (agent: ExaminedAgent) => void | Promise<void>;
  check: string;
  remedy: RegExp;
}

const fault = (name: string, check: string, remedy: RegExp, plant: PlantedFault['plant']): PlantedFault => ({
  name,
  plant,
  check,
  remedy,
});

const secretOf = (agent: ExaminedAgent, name: string, value: string) =>
  agent.account.state.secrets.set(arns.secret(name), { value });
const functionOf = (agent: ExaminedAgent, name: string, changes: object) => {
  const { functions } = agent.account.state;
  functions.set(name, { variables: {}, state: 'Active', lastUpdate: 'Successful', ...changes });
};
const serviceOf = (agent: ExaminedAgent, changes: object) => {
  const web = agent.account.state.services.get('web');
  if (web) agent.account.state.services.set('web', { ...web, ...changes });
};
const definitionOf = (agent: ExaminedAgent, family: string, changes: object) => {
  const { taskDefinitions } = agent.account.state;
  const found = taskDefinitions.get(arns.definition(family));
  if (found) taskDefinitions.set(arns.definition(family), { ...found, ...changes });
};
const routeOf = (agent: ExaminedAgent, subnet: string, gateway: string, state: 'active' | 'blackhole') =>
  agent.account.state.routes.set(subnet, { gateway, state });
const record = (agent: ExaminedAgent, key: string, content: object) =>
  agent.account.state.objects.set(`ledger/${key}`, {
    text: JSON.stringify(content),
    modified: new Date(Date.now() - 2 * 86_400_000),
  });
const denied = ({ account }: ExaminedAgent, action: string, resource: string) =>
  account.state.simulatedDenials.add(`${arns.role('orders-execution')} ${action} ${resource}`);

const ofAccount = [
  fault('a wrong token', 'agent token', /agents create-token/, (agent) => {
    secretOf(agent, 'token', 'another-token');
  }),
  fault('a secret without a token', 'agent token', /Store the token alone/, (agent) => {
    secretOf(agent, 'token', '{"PASSWORD":"x"}');
  }),
  fault('an API that does not answer', 'agent token', /Check the network and API_URL/, ({ api }) => {
    api.misbehave('ready', { answer: 'drop', times: 9 });
  }),
  fault('a clock that is wrong', 'clock', /NTP/, ({ account }) => {
    account.aheadMilliseconds = 600_000;
  }),
  fault('no role for ECS', 'service-linked role', /create-service-linked-role/, ({ account }) => {
    account.state.roles.clear();
  }),
  fault('no quota', 'Fargate quota', /Service Quotas/, ({ account }) => {
    account.state.vcpus = 0;
  }),
  fault('keys that verify nothing', 'keys of the identity provider', /identity\.jwkUrl/, async ({ keys }) => {
    keys.publish(await issuerKey('key-2', 'EdDSA'));
  }),
  fault('a guardrail that finds nothing', 'Bedrock guardrail', /docs\/redaction\.md/, ({ account }) => {
    account.state.guardrail = /nothing of the kind/;
  }),
];

const ofParts = [
  fault('a schedule that is off', 'schedules', /Enable it/, ({ account }) => {
    account.state.schedules.set('poll', 'DISABLED');
  }),
  fault('a schedule that is gone', 'schedules', /Deploy the agent again/, ({ account }) => {
    account.state.schedules.delete('sweep');
  }),
  fault('no heartbeat', 'heartbeat', /log of the poller/, ({ account }) => {
    account.state.metrics.delete('Heartbeats');
  }),
  fault('a dead message', 'dead-letter queues', /dead-/, ({ account }) => {
    account.state.messages.set('dead-reports', 1);
  }),
  fault('a message that waits', 'queues', /-waiting/, ({ account }) => {
    account.state.metrics.set('dispatches', 301);
  }),
  fault('an update that failed', 'function reporter', /Deploy the agent again/, (agent) => {
    functionOf(agent, 'reporter', { lastUpdate: 'Failed' });
  }),
  fault(
    'concurrency of 0',
    'function poller',
    /delete-function-concurrency --function-name poller/,
    (agent) => {
      functionOf(agent, 'poller', { concurrency: 0 });
    },
  ),
  fault('a function that is gone', 'function dispatcher', /Deploy the agent again/, ({ account }) => {
    account.state.functions.delete('dispatcher');
  }),
  fault('settings that are none', 'settings', /Deploy the agent again/, (agent) => {
    secretOf(agent, 'settings', '{}');
  }),
  fault('an image that is gone', 'image of shell', /Push it again/, ({ account }) => {
    account.state.images.delete(`runops-shell@${digest}`);
  }),
  fault('a task definition that is gone', 'image of shell', /Deploy the agent again/, ({ account }) => {
    account.state.taskDefinitions.delete(arns.definition('shell'));
  }),
  fault('an execution past its deadline', 'executions', /one execution from end to end/, (agent) => {
    record(agent, 'executions/14/started', { by: 'runner', launchId: 't', startedAt: Date.now() - 7200_000 });
    record(agent, 'open/14', {});
  }),
  fault('an execution that never started', 'executions', /one execution from end to end/, (agent) => {
    record(agent, 'open/15', {});
  }),
  fault('a withheld output', 'executions', /output-withheld/, (agent) => {
    record(agent, 'executions/16/reported', { reportedAt: Date.now(), reason: 'withheld' });
    record(agent, 'open/16', {});
  }),
];

const ofTargets = [
  fault('no route', 'subnets of the agent', /default route through a NAT gateway/, ({ account }) => {
    account.state.routes.delete('subnet-b');
  }),
  fault('a blackhole', 'subnets of the agent', /gateway that is there/, (agent) => {
    routeOf(agent, 'subnet-a', 'nat-1', 'blackhole');
  }),
  fault('an internet gateway for private addresses', 'subnets of the agent', /publicIp/, (agent) => {
    routeOf(agent, 'subnet-a', 'igw-1', 'active');
  }),
  fault('a subnet that is gone', 'subnets of the agent', /subnets of this region/, ({ account }) => {
    account.state.subnets.delete('subnet-a');
  }),
  fault('a secret that is gone', 'secrets of the target orders', /Create it/, ({ account }) => {
    account.state.secrets.delete(arns.secret('orders'));
  }),
  fault('a secret that is being deleted', 'secrets of the target orders', /restore-secret/, ({ account }) => {
    account.state.secrets.set(arns.secret('orders'), { value: '{}', deleted: true });
  }),
  fault(
    'a role that may not read',
    'secrets of the target orders',
    /Name the secret in the deployment/,
    (agent) => {
      denied(agent, 'secretsmanager:GetSecretValue', arns.secret('orders'));
    },
  ),
  fault('a key that may not be used', 'secrets of the target orders', /secretKeys/, (agent) => {
    denied(agent, 'kms:Decrypt', arns.key('own'));
  }),
  fault('a service that is gone', 'service web', /ECS_SERVICE_NAME/, ({ account }) => {
    account.state.services.delete('web');
  }),
  fault('a service that is being drained', 'service web', /takes its place/, (agent) => {
    serviceOf(agent, { status: 'DRAINING' });
  }),
  fault('a service that was not opted in', 'service web', /runops = allow/, (agent) => {
    serviceOf(agent, { optedIn: false });
  }),
  fault('a service without the container', 'service web', /ECS_CONTAINER/, (agent) => {
    definitionOf(agent, 'web', { container: 'nginx' });
  }),
  fault('a service with another role', 'service web', /taskRole or executionRole/, (agent) => {
    definitionOf(agent, 'web', { taskRole: arns.role('admin') });
  }),
  fault(
    'a service whose subnets have no way out',
    'subnets of the service web',
    /NAT gateway/,
    ({ account }) => {
      account.state.routes.delete('subnet-web');
    },
  ),
  fault('a target of several VPCs', 'subnets of the target orders', /one VPC/, (agent) => {
    const mixed = settings();
    const targets = { orders: { ...mixed.targets.orders, network: { subnets: ['subnet-a', 'subnet-web'] } } };
    secretOf(agent, 'settings', JSON.stringify({ ...mixed, targets }));
  }),
];

export const plantedFaults: readonly PlantedFault[] = [...ofAccount, ...ofParts, ...ofTargets];
