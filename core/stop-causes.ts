/** What ECS says of a task that has stopped. */
export interface StoppedTask {
  /** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html#ECS-Type-Task-stopCode */
  stopCode?: string | undefined;
  stoppedReason?: string | undefined;
  /** The reason and the exit code of the container that the runner was in. */
  containerReason?: string | undefined;
  exitCode?: number | undefined;
}

export interface StopCause {
  /** For the user: what happened, without a full stop, so that it can be part of a sentence. */
  sentence: string;
  /** For the user or whoever runs the agent: what to do. */
  remedy: string;
  /** Whether another launch may go well, when the command was not started. */
  mayPass: boolean;
}

/**
 * Why a task stopped, in words of ours: those of AWS may quote names and values, so they stay in our own log.
 * The first row that fits counts. An exit code never makes a success of it: only the runner's own result does.
 */
export function stopCause(task: StoppedTask): StopCause {
  const text = `${task.stopCode ?? ''} ${task.stoppedReason ?? ''} ${task.containerReason ?? ''}`;
  const row = stopCauses.find(({ when, exitCodes }) => when?.test(text) || fits(exitCodes, task.exitCode));
  return row ?? unknownCause(task);
}

/** The sentence and the remedy as they follow "… its end is unknown:". */
export function explainStop(task: StoppedTask): string {
  const { sentence, remedy } = stopCause(task);
  return `${sentence}. ${remedy}`;
}

export interface StopCauseRow extends StopCause {
  /** Matches `stopCode stoppedReason containerReason`. */
  when?: RegExp;
  exitCodes?: readonly number[];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html */
export const stopCauses: readonly StopCauseRow[] = [
  {
    when: /OutOfMemory|out of memory/i,
    sentence: 'its container needed more memory than it has',
    remedy: 'Give the type more memory, or work on less data at a time',
    mayPass: false,
  },
  {
    when: /CannotPull.*(rate limit|toomanyrequests)/i,
    sentence: 'the image could not be pulled, because its registry limits pulls',
    remedy: 'Keep the image in ECR of the same region',
    mayPass: true,
  },
  {
    when: /CannotPull.*(not found|manifest unknown|does not exist)/i,
    sentence: 'its image does not exist',
    remedy: 'Deploy the agent again, so that the image is pushed, or set the name of one that exists',
    mayPass: false,
  },
  {
    when: /CannotPull.*(denied|not authorized|forbidden|403)/i,
    sentence: 'the image could not be pulled, because the execution role may not',
    remedy: 'Allow the execution role to read the repository',
    mayPass: false,
  },
  {
    when: /CannotPull.*(platform|architecture|descriptor)/i,
    sentence: 'its image is for another processor',
    remedy: 'Build the image for the processor that the agent is deployed with',
    mayPass: false,
  },
  {
    when: /CannotPull.*no space/i,
    sentence: 'the image is larger than the disk of its container',
    remedy: 'Give the type more ephemeral storage',
    mayPass: false,
  },
  {
    when: /CannotPull/i,
    sentence: 'the image could not be pulled (CannotPullContainerError)',
    remedy: 'Check that the subnets reach ECR and S3, by a NAT gateway or by endpoints',
    mayPass: true,
  },
  {
    when: /ResourceInitializationError.*(secret|ssm|parameter)/i,
    sentence: 'a secret of the task definition could not be read',
    remedy: 'Check the name of the secret, and that the execution role may read it',
    mayPass: false,
  },
  {
    when: /ResourceInitializationError.*(log|cloudwatch|awslogs)/i,
    sentence: 'its log group could not be written',
    remedy: 'Check that the log group exists and that the subnets reach CloudWatch Logs',
    mayPass: false,
  },
  {
    when: /ResourceInitializationError.*(efs|mount|volume)/i,
    sentence: 'a volume could not be mounted',
    remedy: 'Check the file system, its mount targets and their security groups',
    mayPass: false,
  },
  {
    when: /network interface|\bENI\b|InsufficientFreeAddresses/i,
    sentence: 'it got no network interface in time',
    remedy: 'Check that the subnets have free addresses; name more subnets',
    mayPass: true,
  },
  {
    when: /ResourceInitializationError/i,
    sentence: 'its container could not be prepared (ResourceInitializationError)',
    remedy: 'Check that the subnets reach the AWS services that the task definition names',
    mayPass: true,
  },
  {
    when: /Capacity is unavailable|\bcapacity\b/i,
    sentence: 'Fargate had no capacity',
    remedy: 'Run it again later; name subnets in more availability zones',
    mayPass: true,
  },
  {
    when: /vCPU/i,
    sentence: 'the account’s quota of Fargate vCPUs is used up',
    remedy: 'Ask AWS for a higher quota, or run fewer tasks at once',
    mayPass: true,
  },
  {
    when: /SpotInterruption/i,
    sentence: 'AWS took its Spot capacity back',
    remedy: 'Use on-demand capacity for tasks that must not be interrupted',
    mayPass: true,
  },
  {
    when: /TerminationNotice|task retirement|Fargate is retiring/i,
    sentence: 'AWS retired the machine that it ran on',
    remedy: 'Run it again',
    mayPass: true,
  },
  {
    when: /InfrastructureHealth|hardware|host.*(terminated|stopped)/i,
    sentence: 'the machine that it ran on failed',
    remedy: 'Run it again',
    mayPass: true,
  },
  {
    when: /CannotStartContainer|CannotCreateContainer/i,
    sentence: 'its container could not be started',
    remedy: 'Check the entry point and the user of the image',
    mayPass: false,
  },
  {
    when: /ContainerRuntimeTimeoutError|DockerTimeoutError/i,
    sentence: 'its container took too long to start or to stop',
    remedy: 'Run it again',
    mayPass: true,
  },
  {
    when: /ContainerRuntimeError/i,
    sentence: 'the container runtime of AWS failed',
    remedy: 'Run it again',
    mayPass: true,
  },
  {
    when: /InternalError/i,
    sentence: 'ECS itself failed',
    remedy: 'Run it again; look at the AWS Health Dashboard',
    mayPass: true,
  },
  {
    when: /UserInitiated/,
    sentence: 'somebody or something stopped its ECS task',
    remedy: 'Look for StopTask in CloudTrail',
    mayPass: false,
  },
  {
    when: /ServiceSchedulerInitiated/,
    sentence: 'the scheduler of an ECS service stopped it',
    remedy: 'Leave the tasks of the agent out of services',
    mayPass: true,
  },
  {
    exitCodes: [137],
    sentence: 'its container was killed (SIGKILL), most likely for want of memory',
    remedy: 'Give the type more memory, or work on less data at a time',
    mayPass: false,
  },
  {
    exitCodes: [143],
    sentence: 'its container was stopped (SIGTERM)',
    remedy: 'Look for StopTask in CloudTrail',
    mayPass: true,
  },
  {
    exitCodes: [126, 127],
    sentence: 'the runner could not be found or started in its image',
    remedy: 'Use an image that the agent’s own build made',
    mayPass: false,
  },
  {
    exitCodes: [132, 134, 135, 139],
    sentence: 'the runner itself crashed',
    remedy: 'Run it again; if it happens again, report it with the log of the container',
    mayPass: true,
  },
  {
    when: /MISSING/,
    sentence: 'ECS no longer knows its task',
    remedy: 'Look for its log in CloudWatch',
    mayPass: true,
  },
  {
    when: /TaskFailedToStart/,
    sentence: 'ECS could not start its container',
    remedy: 'Look at the stopped tasks of the cluster in the ECS console',
    mayPass: true,
  },
];

function unknownCause({ exitCode }: StoppedTask): StopCause {
  const code = exitCode === undefined ? 'without an exit code' : `with exit code ${exitCode}`;
  return {
    sentence: `its container ended ${code} and left no result`,
    remedy: 'Look at the log of the container in CloudWatch',
    mayPass: true,
  };
}

function fits(codes: readonly number[] | undefined, code: number | undefined): boolean {
  return code !== undefined && (codes?.includes(code) ?? false);
}
