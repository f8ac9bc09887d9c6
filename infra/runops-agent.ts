import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { WrittenSettings } from '../adapters/aws/dispatcher-settings.ts';
import { AgentBudget, tagAll } from './agent-budget.ts';
import type { AgentParts, SharedVariables } from './agent-parts.ts';

import { Auditing } from './auditing.ts';
import { checkProps } from './check-props.ts';
import { either, whetherFilled } from './conditions.ts';
import { containerPrices } from './container-prices.ts';
import { DailyLimit, type DailyVcpuMinutes, dailyLimitOf } from './daily-limit.ts';
import { dispatcherSettingsOf } from './dispatcher-settings.ts';
import { Dispatching } from './dispatching.ts';
import { Doctoring } from './doctoring.ts';
import { EncryptionKeys } from './encryption-keys.ts';
import { Execution } from './execution.ts';
import { HooksLayer } from './hooks-layer.ts';
import { typesOf } from './image.ts';
import { Monitoring, type MonitoringSettings } from './monitoring.ts';
import { type AgentNetwork, agentNetwork } from './network.ts';
import { packageVersion } from './package-files.ts';
import { allowKeys } from './permissions.ts';
import { Polling } from './polling.ts';
import { Preflight } from './preflight.ts';
import { givenSubnets, lookedUpBy } from './preflight-subnets.ts';
import { Queues } from './queues.ts';
import { type RedactionSettings, redactionSettings } from './redaction-settings.ts';
import { Reporting } from './reporting.ts';
import { applyRoleRules } from './role-rules.ts';
import type { IdentityProps, RunopsAgentProps, ServiceProps } from './runops-agent-props.ts';
import { secretPermission } from './secret-access.ts';
import { SelfTest, type SelfTestProps } from './self-test.ts';
import { Services } from './services.ts';
import { Storage } from './storage.ts';
import { TargetRoles } from './target-roles.ts';
import { vaultVariables } from './vault-variables.ts';

const defaultApiUrl = 'https://api.runops.io';

/**
 * A Runops agent in this stack: it asks the API for tasks, runs each in a Fargate container of its own with the
 * credentials of its target alone, and reports what is left of its output after redaction.
 *
 *     new RunopsAgent(this, 'Agent', { tokenSecret: Secret.fromSecretNameV2(this, 'Token', 'runops-agent-token') });
 */
export class RunopsAgent extends Construct {
  readonly keys: EncryptionKeys;
  readonly storage: Storage;
  readonly queues: Queues;
  readonly network: AgentNetwork;
  readonly auditing: Auditing;
  readonly roles: TargetRoles;
  readonly execution: Execution;
  readonly polling: Polling;
  readonly dispatching: Dispatching;
  readonly reporting: Reporting;
  readonly doctoring: Doctoring;
  /** Undefined when it was declined. */
  readonly preflight: Preflight | undefined;
  /** Undefined when it was declined. */
  readonly monitoring: Monitoring | undefined;
  /** Undefined when it was declined. */
  readonly selfTest: SelfTest | undefined;
  /** Undefined unless it is wanted. */
  readonly budget: AgentBudget | undefined;

  /** @throws AgentError `config-invalid` when a prop cannot be right; the message says what to do. */
  constructor(scope: Construct, id: string, props: RunopsAgentProps) {
    super(scope, id);
    checkProps(props);
    const logRetention = props.ownLogRetention ?? RetentionDays.THREE_MONTHS;
    const redaction = redactionSettings(props.redaction ?? {});
    const vault = vaultVariables(props.vault);
    const { services = [], secretVariables = {}, startsAtOnce = 20 } = props;

    const keys = new EncryptionKeys(this, 'Keys');
    const storage = new Storage(this, 'Storage', { keys, logRetentionDays: props.logRetentionDays ?? 365 });
    this.keys = keys;
    const agentName = props.name ?? Stack.of(this).stackName;
    const logs = { logKey: keys.data, logRetention };
    const token = this.tokenPermissions(props);
    const preflight = this.preflightOf(props, { functions: logs, token, agentName });
    this.preflight = preflight;
    this.storage = storage;
    this.queues = new Queues(this, 'Queues');
    this.network = agentNetwork(this, 'Network', props.network ?? { profile: 'public' }, {
      ...{ buckets: [storage.ledger, storage.output], logKey: keys.data, logRetention },
      lookUp: () => lookedUpBy(preflight),
    });
    const roles = this.rolesOf(props);
    this.roles = roles;
    const { images = {}, architecture = 'arm64', tracing = false } = props;
    const execution = new Execution(this, 'Execution', {
      ...{ storage, roles, images, architecture, secretVariables, vault, ...logs },
    });
    this.execution = execution;

    this.auditing = new Auditing(this, 'Auditing', { audit: props.audit ?? {}, agentName, keys });
    const parts = this.partsOf(props, { agentName, functions: logs, token });
    const deployed = [...Object.keys(execution.taskDefinitions), ...(services.length > 0 ? ['service'] : [])];
    const capabilities = typesOf(deployed).join(',');
    const settings = dispatcherSettingsOf(props, { network: this.network, roles, execution });
    this.polling = new Polling(this, 'Polling', {
      ...{ ...parts, capabilities, pollMilliseconds: props.pollMilliseconds },
      reservedConcurrency: props.pollerConcurrency,
    });
    this.dispatching = new Dispatching(this, 'Dispatching', {
      ...{ ...parts, execution, roles, settings, identity: props.identity, startsAtOnce },
    });
    const prices = containerPrices(architecture, this.network.publicIp);
    const reporting = { ...parts, capabilities, execution, redaction, prices, tracing };
    this.reporting = new Reporting(this, 'Reporting', reporting);
    this.auditing.onlyBy([this.dispatching.dispatcher.role, this.reporting.reporter.role]);
    this.doctoring = this.doctoringOf({ ...reporting, roles }, props);
    if (services.length > 0) this.allowServices(services, agentName);
    this.monitoring = this.monitoringOf(props.monitoring ?? {}, agentName, this.limitOf(settings.policy));
    this.selfTest = this.selfTestOf({ ...parts, execution, later: this.afterTheTest() }, props);
    this.budget = this.budgetOf(props.monthlyBudgetDollars, agentName);
    preflight?.goesBefore([...this.node.children.filter((part) => part !== keys), keys.output]);
    tagAll(this, agentName);
    applyRoleRules(this, props.roles ?? {});
  }

  private rolesOf(props: RunopsAgentProps): TargetRoles {
    const { storage, keys } = this;
    const { targets = {}, services = [], secretVariables = {}, secretKeys = [], tokenSecret } = props;
    return new TargetRoles(this, 'Roles', {
      ...{ storage, keys, targets, services, secretKeys, secretVariables, tokenSecret },
      vaultSecret: props.vault?.secretId,
      secrets: props.secrets ?? { by: 'prefix', prefix: 'runops/' },
    });
  }

  private allowServices(services: readonly ServiceProps[], agentName: string) {
    const { storage, keys, dispatching, reporting } = this;
    const { dispatcher } = dispatching;
    new Services(this, 'Services', {
      services,
      storage,
      keys,
      agentName,
      dispatcher,
      reporter: reporting.reporter,
    });
  }

  private doctoringOf(
    parts: AgentParts & { execution: Execution; roles: TargetRoles; redaction: RedactionSettings },
    agent: RunopsAgentProps,
  ): Doctoring {
    const { polling, dispatching, reporting } = this;
    return new Doctoring(this, 'Doctoring', { ...parts, agent, polling, dispatching, reporting });
  }

  private preflightOf(
    props: RunopsAgentProps,
    agent: Pick<AgentParts, 'functions' | 'token'> & { agentName: string },
  ): Preflight | undefined {
    const { preflight = true, network, policy, tokenSecret, apiUrl = defaultApiUrl, tags } = props;
    if (!preflight) return undefined;
    return new Preflight(this, 'Preflight', {
      ...{ ...agent, tokenSecret: tokenSecret.secretArn, apiUrl, tags },
      ...givenSubnets(this, network),
      ...(policy && { policy: typeof policy === 'string' ? policy : JSON.stringify(policy) }),
    });
  }

  /** The last part: it waits for all that are there. The budget comes later, because it may be there or not. */
  private selfTestOf(parts: SelfTestProps, { selfTest = true }: RunopsAgentProps): SelfTest | undefined {
    return selfTest ? new SelfTest(this, 'SelfTest', parts) : undefined;
  }

  /** The polling; and what shows it or looks at it. */
  private afterTheTest(): Construct[] {
    return [this.polling.everyMinute, this.doctoring, ...(this.monitoring ? [this.monitoring] : [])];
  }

  private limitOf(policy: WrittenSettings['policy']): DailyVcpuMinutes {
    const limit = dailyLimitOf(policy);
    const { storage, dispatching, reporting } = this;
    const functions = { dispatcher: dispatching.dispatcher, reporter: reporting.reporter };
    if (limit !== undefined) new DailyLimit(this, 'DailyLimit', { storage, ...functions });
    return limit;
  }

  private budgetOf(dollars: number | undefined, agentName: string): AgentBudget | undefined {
    if (dollars === undefined) return undefined;
    return new AgentBudget(this, 'Budget', { dollars, agentName, topic: this.monitoring?.topic });
  }

  private monitoringOf(
    settings: MonitoringSettings | false,
    agentName: string,
    dailyVcpuMinutes: DailyVcpuMinutes,
  ): Monitoring | undefined {
    if (settings === false) return undefined;
    const { keys, storage, queues, execution, polling, dispatching, reporting, doctoring } = this;
    const shown = { storage, queues, execution, polling, dispatching, reporting, doctoring };
    return new Monitoring(this, 'Monitoring', { ...shown, settings, agentName, keys, dailyVcpuMinutes });
  }

  private partsOf(
    props: RunopsAgentProps,
    { agentName, ...given }: Pick<AgentParts, 'functions' | 'token'> & { agentName: string },
  ): AgentParts {
    const { storage, keys, queues, auditing } = this;
    const shared: SharedVariables = {
      AGENT_NAME: agentName,
      API_URL: props.apiUrl ?? defaultApiUrl,
      TOKEN_SECRET: props.tokenSecret.secretArn,
      TAGS: props.tags,
      // One stack may hold several agents.
      RUNOPS_INSTANCE: `${Stack.of(this).stackId}/${this.node.id}`,
      RUNOPS_VERSION: packageVersion,
      JWK_VERIFY: this.verifiesUsers(props.identity),
      LEDGER_BUCKET: storage.ledger.bucketName,
      OUTPUT_BUCKET: storage.output.bucketName,
    };
    const hooks = props.hooks === undefined ? undefined : new HooksLayer(this, 'Hooks', props.hooks);
    return { ...given, storage, keys, queues, shared, auditing, hooks };
  }

  /** To read the agent's own token, and nothing else. */
  private tokenPermissions({ tokenSecret, secretKeys = [] }: RunopsAgentProps): AgentParts['token'] {
    const tokenKeys = secretKeys.map((arn, index) => Key.fromKeyArn(this, `TokenKey${index}`, arn));
    return [
      secretPermission(tokenSecret),
      ...allowKeys(
        'secretsmanager',
        ['kms:Decrypt'],
        tokenSecret.encryptionKey ? [tokenSecret.encryptionKey] : [],
      ),
      ...allowKeys('secretsmanager', ['kms:Decrypt'], tokenKeys),
    ];
  }

  private verifiesUsers(identity: IdentityProps | undefined): string {
    const filled = whetherFilled(this, 'VerifiesUsers', identity?.jwkUrl);
    return filled ? either(filled, 'true', 'false') : String(identity !== undefined);
  }
}
