import { AgentError } from '../../../core/errors.ts';
import { type Finding, ill, illBy, well } from '../../../core/finding.ts';
import type { ServiceAddress } from '../../../core/service-address.ts';
import { awsFailure } from '../aws-failure.ts';
import { type DescribedService, describeService } from '../describe-service.ts';
import type { DoctorClients } from './clients.ts';
import { looking, NotAnswered } from './look.ts';
import { subnetEgress } from './subnet-egress.ts';

/** A customer's service, and all roles that the deployment may pass to a task. */
export interface ServiceToLookAt {
  address: ServiceAddress;
  passableRoles: readonly string[];
}

/** Whether a fresh task of the service can be started, with a way out for its records. */
export function service(
  { ecsIn, ec2In }: Pick<DoctorClients, 'ecsIn' | 'ec2In'>,
  { address, passableRoles }: ServiceToLookAt,
): Promise<Finding[]> {
  const check = `service ${address.service}`;
  return looking(check, async () => {
    const described = await describe(ecsIn(address.region), address);
    if (typeof described === 'string') return [illBy(check, described)];
    const { status } = described.service;
    if (status !== 'ACTIVE') {
      const remedy = 'Wait until it is gone, and name the service that takes its place.';
      return [ill(check, `The service is ${status}.`, remedy)];
    }
    const foreign = described.roles.filter((role) => !passableRoles.includes(role));
    const findings = foreign.map((role) =>
      ill(
        check,
        `Its task definition has the role ${role}, which the agent may not pass.`,
        'Name the role in services (taskRole or executionRole, docs/rails-on-ecs.md), and deploy again.',
      ),
    );
    const subnets = await lookAtSubnets(ec2In(address.region), address, described);
    if (findings.length > 0) return [...findings, ...subnets];
    return [
      well(check, `A fresh task of it can be started, with the container ${address.container}.`),
      ...subnets,
    ];
  });
}

/** What the launcher would start, or why it would not. */
async function describe(
  ecs: Parameters<typeof describeService>[0],
  address: ServiceAddress,
): Promise<DescribedService | string> {
  try {
    return await describeService(ecs, address);
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    if (thrown.cause === undefined) return thrown.message;
    const isDefinition = /DescribeTaskDefinition/.test(thrown.message);
    const action = isDefinition ? 'ecs:DescribeTaskDefinition' : 'ecs:DescribeServices';
    if (awsFailure(thrown.cause).kind === 'missing') return thrown.message;
    throw new NotAnswered({ action, resource: `the service ${address.service}` }, thrown.cause);
  }
}

async function lookAtSubnets(
  ec2: Parameters<typeof subnetEgress>[0],
  address: ServiceAddress,
  { service: found }: DescribedService,
): Promise<Finding[]> {
  const { subnets = [], assignPublicIp } = found.networkConfiguration?.awsvpcConfiguration ?? {};
  if (subnets.length === 0) return [];
  // Its image comes from wherever the service has it from; the records of an execution are in S3.
  const wanted = { of: `the service ${address.service}`, subnets, services: ['s3'] };
  return subnetEgress(ec2, { ...wanted, publicIp: assignPublicIp === 'ENABLED' });
}
