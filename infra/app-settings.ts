import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod/mini';
import { AgentError } from '../core/errors.ts';
import { policySchema } from '../core/policy.ts';
import { problemsOf } from '../core/problems.ts';
import { monitoringSettings } from './app-monitoring-settings.ts';
import { networkSettings } from './app-network-settings.ts';
import { missingToken } from './check-props.ts';
import type { RunopsAgentProps } from './runops-agent-props.ts';

/** What `runops-agent.json` may say: the props of `RunopsAgent`, with the token's secret by its name or ARN. */
export type AppSettings = Omit<RunopsAgentProps, 'tokenSecret'> & { readonly tokenSecret: string };

const filled = z.string().check(z.minLength(1));
const count = z.int().check(z.positive());
const texts = z.array(filled);
const textsByName = z.record(z.string(), filled);

const target = z.strictObject({
  secrets: z.exactOptional(texts),
  securityGroups: z.exactOptional(texts),
  subnets: z.exactOptional(texts),
  publicIp: z.exactOptional(z.boolean()),
  cpu: z.exactOptional(count),
  memory: z.exactOptional(count),
  types: z.exactOptional(texts),
});

const service = z.strictObject({
  target: z.exactOptional(filled),
  cluster: filled,
  service: filled,
  container: filled,
  region: z.exactOptional(filled),
  family: z.exactOptional(filled),
  taskRole: z.exactOptional(filled),
  executionRole: z.exactOptional(filled),
  live: z.exactOptional(z.boolean()),
});

const vault = z.strictObject({
  address: filled,
  login: z.enum(['aws', 'approle']),
  role: z.exactOptional(filled),
  roleId: z.exactOptional(filled),
  secretId: z.exactOptional(filled),
  namespace: z.exactOptional(filled),
  authPath: z.exactOptional(filled),
  awsServerId: z.exactOptional(filled),
  awsRegion: z.exactOptional(filled),
});

const settings = z.strictObject({
  tokenSecret: filled,
  name: z.exactOptional(
    z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'must be letters, digits and hyphens')),
  ),
  apiUrl: z.exactOptional(filled),
  tags: z.exactOptional(filled),
  identity: z.exactOptional(
    z.strictObject({
      jwkUrl: filled,
      issuer: z.exactOptional(filled),
      audience: z.exactOptional(filled),
      emailClaim: z.exactOptional(filled),
    }),
  ),
  policy: z.exactOptional(policySchema),
  hooks: z.exactOptional(filled),
  redaction: z.exactOptional(
    z.strictObject({
      transformations: z.exactOptional(z.record(z.string(), z.enum(['label', 'mask', 'keep-last-four']))),
      googleDlp: z.exactOptional(z.record(z.string(), z.unknown())),
      bedrockGuardrail: z.exactOptional(z.record(z.string(), z.unknown())),
    }),
  ),
  secrets: z.exactOptional(
    z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('prefix'), prefix: filled }),
      z.strictObject({ by: z.literal('tag'), key: filled, value: z.string() }),
      z.strictObject({ by: z.literal('target') }),
    ]),
  ),
  secretKeys: z.exactOptional(texts),
  secretVariables: z.exactOptional(textsByName),
  vault: z.exactOptional(vault),
  targets: z.exactOptional(z.record(z.string(), target)),
  services: z.exactOptional(z.array(service)),
  images: z.exactOptional(textsByName),
  architecture: z.exactOptional(z.enum(['arm64', 'x86_64'])),
  network: z.exactOptional(networkSettings),
  logRetentionDays: z.exactOptional(count),
  ownLogRetention: z.exactOptional(
    z.literal(Object.values(RetentionDays).filter((days): days is RetentionDays => typeof days === 'number')),
  ),
  startsAtOnce: z.exactOptional(z.int().check(z.gte(2), z.lte(1000))),
  pollMilliseconds: z.exactOptional(z.int().check(z.gte(100))),
  pollerConcurrency: z.exactOptional(count),
  tracing: z.exactOptional(z.boolean()),
  monitoring: z.exactOptional(monitoringSettings),
  selfTest: z.exactOptional(z.boolean()),
  audit: z.exactOptional(
    z.strictObject({
      bucket: z.exactOptional(
        z.union([
          z.boolean(),
          z.strictObject({
            retentionDays: z.exactOptional(count),
            mode: z.exactOptional(z.enum(['governance', 'compliance'])),
          }),
        ]),
      ),
    }),
  ),
  preflight: z.exactOptional(z.boolean()),
  monthlyBudgetDollars: z.exactOptional(z.number().check(z.positive())),
  roles: z.exactOptional(
    z.strictObject({
      permissionsBoundary: z.exactOptional(filled),
      path: z.exactOptional(filled),
      prefix: z.exactOptional(filled),
    }),
  ),
});

export const settingNames: readonly string[] = Object.keys(settings.shape);

/**
 * The settings of the app: those of its file, with those of the command line (`-c name=value`) over them. On the
 * command line numbers, lists and objects are JSON.
 * @throws AgentError `config-invalid` that names every problem.
 */
export function parseAppSettings(file: unknown, context: Readonly<Record<string, unknown>>): AppSettings {
  const given = { ...(typeof file === 'object' ? file : {}), ...context };
  if (!('tokenSecret' in given) || given.tokenSecret === '') throw missingToken();
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'they');
  throw new AgentError('config-invalid', `The settings are not valid: ${problems}. See docs/deploy.md.`);
}
