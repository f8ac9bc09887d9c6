import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { ReporterEnv } from '../functions/reporter/env.ts';
import { prices } from './cost/price-table.ts';
import type { CpuArchitecture } from './runops-agent-props.ts';

type PriceVariables = Pick<
  VariablesOf<ReporterEnv>,
  'VCPU_HOUR_DOLLARS' | 'GIGABYTE_HOUR_DOLLARS' | 'ADDRESS_HOUR_DOLLARS'
>;

/**
 * What an hour of a container costs, for the estimate in the metrics: at the list prices of Northern Virginia, because
 * a template does not know its region, and most regions are within a quarter of them. A public address that a
 * container may have is counted.
 */
export function containerPrices(architecture: CpuArchitecture, publicIp: boolean | string): PriceVariables {
  const [vcpu, memory] =
    architecture === 'arm64'
      ? [prices.fargateVcpu, prices.fargateMemory]
      : [prices.fargateVcpuX86, prices.fargateMemoryX86];
  return {
    VCPU_HOUR_DOLLARS: String(vcpu['us-east-1']),
    GIGABYTE_HOUR_DOLLARS: String(memory['us-east-1']),
    ADDRESS_HOUR_DOLLARS: String(publicIp ? prices.publicAddress['us-east-1'] : 0),
  };
}
