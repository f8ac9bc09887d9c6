import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { type Finding, ill, unknown, weak, well } from '../../../core/finding.ts';
import { ask, looking } from './look.ts';

const check = 'Fargate quota';

/** Fargate On-Demand vCPU resource count: https://docs.aws.amazon.com/general/latest/gr/ecs-service.html */
const quota = { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' };

/** Of a container, unless its target says otherwise. */
const containerVcpus = 0.5;

const remedy =
  'Ask for more at Service Quotas, AWS Fargate, "Fargate On-Demand vCPU resource count", in this region.';

/** How many vCPUs the account may use at once in this region. */
export function fargateQuota(quotas: ServiceQuotasClient): Promise<Finding[]> {
  return looking(check, async () => {
    const answer = quotas.send(new GetServiceQuotaCommand(quota));
    const { Quota } = await ask('servicequotas:GetServiceQuota', 'the quota L-3032A538 of fargate', answer);
    const vcpus = Quota?.Value;
    if (vcpus === undefined) {
      return [unknown(check, 'Service Quotas gave no value for the vCPUs of Fargate.', 'Look it up there.')];
    }
    const containers = Math.floor(vcpus / containerVcpus);
    if (containers < 1) {
      return [ill(check, `The account may use ${vcpus} vCPUs of Fargate, so no container starts.`, remedy)];
    }
    const sentence = `The account may use ${vcpus} vCPUs of Fargate: ${containers} containers at once.`;
    return [containers < 4 ? weak(check, sentence, remedy) : well(check, sentence)];
  });
}
