import { Token } from 'aws-cdk-lib';
import { AgentError } from '../core/errors.ts';
import { parsePolicy } from '../core/policy.ts';
import { taskTypes } from '../core/task-types.ts';
import { checkAudit } from './auditing.ts';
import { checkDailyLimit } from './check-daily-limit.ts';
import { checkServices } from './check-services.ts';
import { checkFargateSize, defaultSize } from './fargate-size.ts';
import type { RunopsAgentProps, TargetProps } from './runops-agent-props.ts';

/** @throws AgentError `config-invalid`: the first thing that is wrong, in a sentence that says what to do. */
export function checkProps(props: RunopsAgentProps): void {
  if (!props.tokenSecret) throw missingToken();
  if (props.apiUrl !== undefined) checkAddress('apiUrl', props.apiUrl);
  if (props.identity) checkAddress('identity.jwkUrl', props.identity.jwkUrl);
  checkPolicy(props);
  checkAudit(props.audit ?? {});
  checkBudget(props.monthlyBudgetDollars);
  checkServices(props.services ?? [], props.targets ?? {});
  for (const [name, target] of Object.entries(props.targets ?? {})) checkTarget(name, target, props);
}

export function missingToken(): AgentError {
  return invalid(
    "The secret with the agent's token is missing. Store the token in Secrets Manager and name the secret: " +
      'npx cdk deploy -c tokenSecret=runops-agent-token.',
  );
}

function checkAddress(setting: string, address: string): void {
  if (Token.isUnresolved(address)) return;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHere = url?.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname);
  if (url?.protocol === 'https:' || isHere) return;
  throw invalid(`${setting} is "${address}". It must be an address that begins with https://.`);
}

function checkBudget(dollars: number | undefined): void {
  if (dollars === undefined || Token.isUnresolved(dollars) || dollars > 0) return;
  throw invalid(
    `monthlyBudgetDollars is ${dollars}. It must be more than 0; leave it out to have no budget.`,
  );
}

function checkPolicy({ policy, targets = {} }: RunopsAgentProps): void {
  if (!policy) return;
  if (typeof policy === 'string') {
    checkPolicyText(targets);
    return;
  }
  const parsed = parsePolicy(JSON.stringify(policy));
  const { types, targets: ofTargets } = parsed;
  checkDailyLimit(parsed, targets);
  checkTypes('policy.types', types);
  for (const [name, rules] of Object.entries(ofTargets)) {
    checkTypes(`policy.targets.${name}.types`, rules.types);
    if (rules.types && targets[name]?.types) {
      throw invalid(
        `The types of the target "${name}" are set twice. Take them out of policy or out of targets.`,
      );
    }
  }
}

function checkPolicyText(targets: Readonly<Record<string, TargetProps>>): void {
  const [typed] = Object.entries(targets).find(([, { types }]) => types) ?? [];
  if (typed === undefined) return;
  throw invalid(
    `The types of the target "${typed}" cannot join a policy that is text. Put them into that text.`,
  );
}

function checkTypes(setting: string, types: readonly string[] | null | undefined): void {
  const unknown = types?.find((type) => !Object.hasOwn(taskTypes, type));
  if (unknown === undefined) return;
  throw invalid(`${setting} has the type "${unknown}". There are: ${Object.keys(taskTypes).join(', ')}.`);
}

function checkTarget(name: string, target: TargetProps, { secrets }: RunopsAgentProps): void {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw invalid(
      `"${name}" cannot be the name of a target. Use its name at Runops: up to 64 letters, digits, and signs of _.-`,
    );
  }
  if (secrets?.by === 'target' && !target.secrets) {
    throw invalid(
      `The target "${name}" can read no secret, because secrets are opened target by target. ` +
        `Set targets.${name}.secrets to the ARNs of its secrets, or to [] if it needs none.`,
    );
  }
  checkTypes(`targets.${name}.types`, target.types);
  checkFargateSize(`The target "${name}"`, {
    cpu: target.cpu ?? defaultSize.cpu,
    memory: target.memory ?? defaultSize.memory,
  });
}

function invalid(message: string): AgentError {
  return new AgentError('config-invalid', message);
}
