import * as z from 'zod/mini';
import { billedSecondsMin } from '../../core/daily-usage.ts';
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
  taskArn: z.optional(z.string()),
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

/** For how long a container was paid for, what it cost about, and how long its image took to come. */
export function containerUse(container: StoppedContainer, prices: ContainerPrices): LogFields {
  const { cpu, memory, pullStartedAt, pullStoppedAt } = container;
  const pullMilliseconds = between(pullStartedAt, pullStoppedAt);
  const seconds = billedSeconds(container);
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

/** NaN for a container whose image was never pulled, which costs nothing. */
export function billedSeconds({ pullStartedAt, stoppedAt }: StoppedContainer): number {
  return Math.max(billedSecondsMin, (between(pullStartedAt, stoppedAt) ?? Number.NaN) / 1000);
}

/** Milliseconds; undefined when one of the moments is not known. */
function between(from: string | undefined, to: string | undefined): number | undefined {
  const milliseconds = Date.parse(to ?? '') - Date.parse(from ?? '');
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}
