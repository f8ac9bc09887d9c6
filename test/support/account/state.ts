/** What an account holds, as far as a look at an agent sees it. Tests change it to plant a fault. */
export interface AccountState {
  /** IAM actions that are denied to whoever asks: `ec2:DescribeSubnets`. */
  denied: Set<string>;
  /** What the role of one target may not do: `ROLE-ARN ACTION RESOURCE`. */
  simulatedDenials: Set<string>;
  /** Names of roles; `CreateServiceLinkedRole` adds one. */
  roles: Set<string>;
  /** The vCPUs of Fargate; null: Service Quotas does not answer. */
  vcpus: number | null;
  subnets: Map<string, { vpc: string; zone: string }>;
  /** The default routes of subnets. One without has the main table of its VPC, which has none. */
  routes: Map<string, { gateway: string; state: 'active' | 'blackhole' }>;
  /** Services that have an endpoint: `ecr.api`. */
  endpoints: string[];
  secrets: Map<string, { value: string; deleted?: boolean; key?: string }>;
  taskDefinitions: Map<string, { container: string; image: string; taskRole: string; executionRole: string }>;
  /** `repository@digest` */
  images: Set<string>;
  services: Map<string, { taskDefinition: string; status: string; optedIn: boolean; subnets: string[] }>;
  schedules: Map<string, 'ENABLED' | 'DISABLED'>;
  /** By the name of the metric, and of the queue where it is of one. */
  metrics: Map<string, number>;
  /** Messages, by the names of queues. */
  messages: Map<string, number>;
  functions: Map<
    string,
    { variables: Record<string, string>; state: string; lastUpdate: string; concurrency?: number }
  >;
  /** The functions of stacks, by their logical ids. */
  stacks: Map<string, Record<string, string>>;
  /** Objects of all buckets by `bucket/key`, with the time of their last change. */
  objects: Map<string, { text: string; modified: Date }>;
  /** What a guardrail finds in a text. */
  guardrail: RegExp;
}

export const region = 'eu-west-1';
export const account = '123456789012';
export const arns = {
  secret: (name: string) => `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`,
  role: (name: string) => `arn:aws:iam::${account}:role/${name}`,
  key: (id: string) => `arn:aws:kms:${region}:${account}:key/${id}`,
  definition: (family: string) => `arn:aws:ecs:${region}:${account}:task-definition/${family}:3`,
};
export const digest = `sha256:${'a'.repeat(64)}`;
export const repository = (name: string) => `${account}.dkr.ecr.${region}.amazonaws.com/${name}@${digest}`;
/** The values of the secrets that nobody is to see. */
export const plantedValues = { orders: 'pg-pass-of-orders-81f3', agent: 'settings-canary-5d20' };

/** An account on which all is well. `now` is the moment in which it is looked at. */
export function healthyState(now: number, agentToken: string): AccountState {
  const queues = ['dispatches', 'kills', 'reports'];
  return {
    ...{
      denied: new Set(),
      simulatedDenials: new Set(),
      vcpus: 64,
      endpoints: [],
      guardrail: /ana\.souza@\S+com/,
    },
    roles: new Set(['AWSServiceRoleForECS']),
    subnets: new Map([
      ['subnet-a', { vpc: 'vpc-1', zone: 'eu-west-1a' }],
      ['subnet-b', { vpc: 'vpc-1', zone: 'eu-west-1b' }],
      ['subnet-web', { vpc: 'vpc-2', zone: 'eu-west-1a' }],
      ['subnet-web2', { vpc: 'vpc-2', zone: 'eu-west-1b' }],
    ]),
    routes: new Map(
      ['subnet-a', 'subnet-b', 'subnet-web', 'subnet-web2'].map((id) => [
        id,
        { gateway: 'nat-1', state: 'active' as const },
      ]),
    ),
    secrets: new Map([
      [arns.secret('token'), { value: agentToken }],
      [arns.secret('settings'), { value: JSON.stringify(settings()) }],
      [arns.secret('orders'), { value: `{"PG_PASS":"${plantedValues.orders}"}`, key: arns.key('own') }],
    ]),
    taskDefinitions: new Map([
      [arns.definition('shell'), definitionOf('runner', repository('runops-shell'))],
      [arns.definition('web'), definitionOf('app', repository('web'))],
    ]),
    images: new Set([`runops-shell@${digest}`, `web@${digest}`]),
    services: new Map([
      [
        'web',
        {
          ...{ taskDefinition: arns.definition('web'), status: 'ACTIVE', optedIn: true },
          subnets: ['subnet-web', 'subnet-web2'],
        },
      ],
    ]),
    schedules: new Map([
      ['poll', 'ENABLED'],
      ['sweep', 'ENABLED'],
    ]),
    metrics: new Map([['Heartbeats', 58], ...queues.map((name): [string, number] => [name, 2])]),
    messages: new Map(),
    functions: new Map(['poller', 'dispatcher', 'reporter'].map((name) => [name, healthyFunction])),
    stacks: new Map([
      ['runops-agent', { AgentDoctoringDoctorFunction1A2B: 'doctor', AgentPollerFunction: 'poller' }],
    ]),
    objects: ledgerOf(now),
  };
}

const healthyFunction = { variables: {}, state: 'Active', lastUpdate: 'Successful' };

function definitionOf(container: string, image: string) {
  return { container, image, taskRole: arns.role('web-task'), executionRole: arns.role('web-execution') };
}

/** The dispatcher's settings: one target with secrets of its own, and one service. */
export function settings() {
  const orders = { target: 'orders', role: arns.role('orders-execution'), secrets: [arns.secret('orders')] };
  const everyone = { target: null, role: arns.role('all-execution'), secrets: [] };
  return {
    policy: { targets: {}, runSeconds: 600 },
    network: { subnets: ['subnet-a', 'subnet-b'], securityGroups: ['sg-1'], publicIp: false },
    taskDefinitions: { shell: arns.definition('shell') },
    targets: { orders: { executionRole: arns.role('orders-execution'), taskRole: plantedValues.agent } },
    examined: {
      secrets: [everyone, orders],
      services: [{ cluster: 'prod', service: 'web', container: 'app', region }],
      serviceRoles: [arns.role('web-task'), arns.role('web-execution')],
    },
  };
}

/** Twelve executions that have ended, and one that runs. */
function ledgerOf(now: number): AccountState['objects'] {
  const objects: AccountState['objects'] = new Map();
  const put = (key: string, record: object) =>
    objects.set(`ledger/${key}`, { text: JSON.stringify(record), modified: new Date(now - 60_000) });
  for (let id = 1; id <= 12; id++) {
    put(`executions/${id}/started`, { by: 'runner', launchId: 'task', startedAt: now - 3600_000 });
    put(`executions/${id}/reported`, { reportedAt: now - 3000_000, reason: 'exited' });
  }
  put('executions/13/started', { by: 'runner', launchId: 'task', startedAt: now - 30_000 });
  put('open/13', {});
  return objects;
}
