import * as z from 'zod/mini';
import { parsePolicy, policySchema } from '../../core/policy.ts';
import { serviceAddressSchema } from '../../core/service-address.ts';

/**
 * What the dispatcher has to know of the deployment and what would not fit into its environment (4 KB,
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). `infra` writes it into a secret.
 */
export type DispatcherSettings = z.output<typeof dispatcherSettings>;

/** The same as `infra` writes them: what CloudFormation fills in is text. */
export type WrittenSettings = z.input<typeof dispatcherSettings>;

/** What only `runops doctor` looks at, and what would not fit into its environment either. */
const examined = z.object({
  /** Secrets by who reads them; `target` is null for all targets that name none. */
  secrets: z.array(
    z.object({ target: z.nullable(z.string()), role: z.string(), secrets: z.array(z.string()) }),
  ),
  services: z.array(serviceAddressSchema),
  /** The roles that may be passed to tasks of services. */
  serviceRoles: z.array(z.string()),
});

const network = z.object({
  /** An entry may be several ids with commas between them. */
  subnets: z.pipe(
    z.array(z.string()).check(z.minLength(1)),
    z.transform((ids) => ids.flatMap((id) => id.split(','))),
  ),
  securityGroups: z.array(z.string()).check(z.minLength(1)),
  /** Whether the container gets a public address: where its subnets have no other way out. */
  publicIp: z.union(
    [
      z.boolean(),
      z.pipe(
        z.string().check(z.regex(/^(true|false)$/)),
        z.transform((text) => text === 'true'),
      ),
    ],
    'must be a boolean',
  ),
});

export const dispatcherSettings = z.object({
  /** Or its JSON text in Base64: CloudFormation puts a parameter into other JSON as it is, quotes and all. */
  policy: z.union([
    policySchema,
    z.pipe(
      z.string(),
      z.transform((text) => parsePolicy(Buffer.from(text, 'base64').toString())),
    ),
  ]),
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
  examined: z.optional(examined),
});
