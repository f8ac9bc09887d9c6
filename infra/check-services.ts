import { Token } from 'aws-cdk-lib';
import { AgentError } from '../core/errors.ts';
import type { ServiceProps, TargetProps } from './runops-agent-props.ts';

/** @throws AgentError `config-invalid`: the first thing that is wrong with the services, and what to do. */
export function checkServices(
  services: readonly ServiceProps[],
  targets: Readonly<Record<string, TargetProps>>,
): void {
  checkTwice(services);
  for (const service of services) {
    for (const name of ['cluster', 'service', 'container', 'family'] as const) checkName(name, service[name]);
    for (const role of ['taskRole', 'executionRole'] as const) checkRole(role, service[role]);
    if (service.live) checkLive(service, targets);
  }
}

function checkTwice(services: readonly ServiceProps[]): void {
  const targets = services.flatMap(({ target }) => target ?? []);
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) throw invalid(`The target "${twice}" has two services. Give it one of them.`);
}

/** The permission is for a role, so the target must have one that it shares with no other. */
function checkLive({ service, target }: ServiceProps, targets: Readonly<Record<string, TargetProps>>): void {
  if (target === undefined) {
    throw invalid(`services has "live" for ${service} without a target. Name the target that may do it.`);
  }
  if (targets[target]?.secrets) return;
  throw invalid(
    `services has "live" for the target "${target}", which has no role of its own. Give it secrets of its own in ` +
      'targets; an empty list will do.',
  );
}

function checkName(what: string, name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || /^[\w-]{1,255}$/.test(name)) return;
  throw invalid(
    `services has the ${what} "${name}". Give its name, without an ARN: letters, digits, - and _.`,
  );
}

function checkRole(what: string, arn: string | undefined): void {
  if (arn === undefined || Token.isUnresolved(arn) || /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn))
    return;
  throw invalid(
    `services has the ${what} "${arn}". Give the ARN of the role in the task definition of the service: ` +
      'arn:aws:iam::123456789012:role/name.',
  );
}

function invalid(message: string): AgentError {
  return new AgentError('config-invalid', message);
}
