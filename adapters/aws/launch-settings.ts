/** Of containers whose target says nothing: vCPU units (1024 are one) and MiB. */
export const defaultSize = { cpu: 512, memory: 1024 };

/** How many vCPUs a container of the target has. */
export function vcpusOf(targets: LaunchSettings['targets'], target: string | null): number {
  const own = target !== null && Object.hasOwn(targets, target) ? targets[target] : undefined;
  return (own?.cpu ?? defaultSize.cpu) / 1024;
}

/** What a launch has to know of the deployment: the part of the dispatcher's settings that is about ECS. */
export interface LaunchSettings {
  network: LaunchNetwork;
  /** The ARN of the task definition of each image family. */
  taskDefinitions: Readonly<Record<string, string>>;
  /** What differs for one target. */
  targets: Readonly<Record<string, LaunchTarget>>;
}

export interface LaunchNetwork {
  subnets: readonly string[];
  securityGroups: readonly string[];
  /** Whether the container gets a public address. */
  publicIp: boolean;
}

export interface LaunchTarget {
  /** The ECS task role, and the role that the runner takes on for one execution. */
  taskRole?: string | undefined;
  executionRole?: string | undefined;
  network?: { [Name in keyof LaunchNetwork]?: LaunchNetwork[Name] | undefined } | undefined;
  /** vCPU units (1024 are one) and MiB. */
  cpu?: number | undefined;
  memory?: number | undefined;
}
