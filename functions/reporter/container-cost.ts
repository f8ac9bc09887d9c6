import * as z from 'zod/mini';
import type { LogFields } from '../../core/log.ts';

/** US dollars. The address is the public one, where containers have one. */
export interface ContainerPrices {
  vcpuHour: number;
  gigabyteHour: number;
  addressHour: number;
}

/**
 * What ECS says of a container that has stopped. Fargate bills from the beginning of the pull to the end of the task.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export const stoppedContainer = {
  /** 1024 are one vCPU. */
  cpu: z.optional(z.string()),
  /** MiB. */
  memory: z.optional(z.string()),
  pullStartedAt: z.optional(z.string()),
  pullStoppedAt: z.optional(z.string()),
  stoppedAt: z.optional(z.string()),
};
const stoppedContainerSchema = z.object(stoppedContainer);
export type StoppedContainer = z.infer<typeof stoppedContainerSchema>;

/** The least that Fargate bills: https://aws.amazon.com/fargate/pricing/ */
const billedSecondsMin = 60;

/** For how long a container was paid for, what it cost about, and how long its image took to come. */
export function containerUse(container: StoppedContainer, prices: ContainerPrices): LogFields {
  const { cpu, memory, pullStartedAt, pullStoppedAt, stoppedAt } = container;
  const pullMilliseconds = between(pullStartedAt, pullStoppedAt);
  const seconds = Math.max(billedSecondsMin, (between(pullStartedAt, stoppedAt) ?? Number.NaN) / 1000);
  const hourDollars =
    (Number(cpu) / 1024) * prices.vcpuHour +
    (Number(memory) / 1024) * prices.gigabyteHour +
    prices.addressHour;
  const dollars = (seconds / 3600) * hourDollars;
  return {
    ...(pullMilliseconds !== undefined && { pullMilliseconds }),
    ...(Number.isFinite(dollars) && { billedSeconds: seconds, dollars }),
  };
}

/** Milliseconds; undefined when one of the moments is not known. */
function between(from: string | undefined, to: string | undefined): number | undefined {
  const milliseconds = Date.parse(to ?? '') - Date.parse(from ?? '');
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}
