import { Token } from 'aws-cdk-lib';
import { AgentError } from '../core/errors.ts';
import type { ServiceProps } from './runops-agent-props.ts';

/** @throws AgentError `config-invalid`: the first thing that is wrong with the services, and what to do. */
export function checkServices(services: readonly ServiceProps[]): void {
  const targets = services.flatMap(({ target }) => target ?? []);
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) throw invalid(`The target "${twice}" has two services. Give it one of them.`);
  for (const service of services) {
    for (const name of ['cluster', 'service', 'container', 'family'] as const) checkName(name, service[name]);
    for (const role of ['taskRole', 'executionRole'] as const) checkRole(role, service[role]);
  }
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
