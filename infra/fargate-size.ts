import { AgentError } from '../core/errors.ts';

export { defaultSize } from '../adapters/aws/launch-settings.ts';

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const memoryMiB: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: steps(1, 4, 1),
  1024: steps(2, 8, 1),
  2048: steps(4, 16, 1),
  4096: steps(8, 30, 1),
  8192: steps(16, 60, 4),
  16384: steps(32, 120, 8),
};

/** @throws AgentError `config-invalid` unless Fargate has containers of this size. */
export function checkFargateSize(who: string, size: { cpu: number; memory: number }): void {
  const sizes = memoryMiB[size.cpu];
  if (sizes?.includes(size.memory)) return;
  throw new AgentError(
    'config-invalid',
    sizes
      ? `${who}: with ${size.cpu} vCPU units the memory cannot be ${size.memory} MiB. One of: ${sizes.join(', ')}.`
      : `${who}: Fargate has no container with ${size.cpu} vCPU units. One of: ${Object.keys(memoryMiB).join(', ')}.`,
  );
}

function steps(fromGiB: number, toGiB: number, stepGiB: number): number[] {
  const count = (toGiB - fromGiB) / stepGiB + 1;
  return Array.from({ length: count }, (_, index) => (fromGiB + index * stepGiB) * 1024);
}
