import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import { problemsOf } from '../../core/problems.ts';

/** CloudFormation makes texts of numbers and flags; a parameter that was left empty is an empty text. */
const texts = z.pipe(
  z._default(z.union([z.array(z.string()), z.string()]), []),
  z.transform((given) =>
    [given]
      .flat()
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  ),
);

/** The properties of the resource `Custom::RunopsPreflight`, which `infra/preflight.ts` sets. */
export type PreflightProperties = z.infer<typeof properties>;

const properties = z.object({
  TokenSecret: z.string().check(z.minLength(1)),
  ApiUrl: z.string(),
  Tags: z._default(z.string(), ''),
  /** Subnets of the customer's in which containers are to start; none where the stack makes its own. */
  SubnetIds: texts,
  /** `auto`: containers get an address where the way out of their subnets needs one. */
  PublicIp: z._default(z.enum(['true', 'false', 'auto']), 'false'),
  /** The policy as a text, where it comes as one: docs/policy.md. */
  Policy: z._default(z.string(), ''),
});

/** @throws AgentError `config-invalid` that names every problem. */
export function parseProperties(given: Record<string, unknown>): PreflightProperties {
  const parsed = properties.safeParse(given);
  if (parsed.success) return parsed.data;
  const message = `The preflight was given wrong properties: ${problemsOf(parsed.error, 'they')}.`;
  throw new AgentError('config-invalid', message);
}
