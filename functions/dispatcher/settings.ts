import * as z from 'zod/mini';
import { policySchema } from '../../core/policy.ts';
import { serviceAddressSchema } from '../../core/service-address.ts';

/**
 * What the dispatcher has to know of the deployment and what would not fit into its environment (4 KB,
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). `infra` writes it into a secret.
 */
export type DispatcherSettings = z.infer<typeof dispatcherSettings>;

const network = z.object({
  subnets: z.array(z.string()).check(z.minLength(1)),
  securityGroups: z.array(z.string()).check(z.minLength(1)),
  /** Whether the container gets a public address: where its subnets have no other way out. */
  publicIp: z.boolean(),
});

export const dispatcherSettings = z.object({
  policy: policySchema,
  network,
  /** The ARN of the task definition of each image family. */
  taskDefinitions: z.record(z.string(), z.string()),
  /** The image of each family, for the audit trail; settings of earlier versions have none. */
  images: z.optional(z.record(z.string(), z.string())),
  /** What differs for one target. */
  targets: z.record(
    z.string(),
    z.object({
      /** The ECS task role of its containers, and the role that the runner takes on for one execution. */
      taskRole: z.optional(z.string()),
      executionRole: z.optional(z.string()),
      network: z.optional(z.partial(network)),
      /** vCPU units (1024 are one) and MiB. */
      cpu: z.optional(z.int()),
      memory: z.optional(z.int()),
    }),
  ),
  /** Customers' own services in which targets run, by the targets that the deployment names. */
  services: z.optional(z.record(z.string(), serviceAddressSchema)),
});
