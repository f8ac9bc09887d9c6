import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { Clock, SecretMap, Secrets } from '../../core/ports.ts';
import { askStore, type StoreAnswer } from './ask-store.ts';
import { secretPath } from './secret-path.ts';
import { fetchTrusting } from './trusting-fetch.ts';

export interface KubernetesOptions {
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Where the pod's service account is: `token`, `ca.crt` and `namespace`. */
  serviceAccount?: string;
}

/**
 * Secrets of the cluster in which the agent's pod is:
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod
 */
export function kubernetesSecrets({
  environment,
  clock,
  serviceAccount = standardPlace,
}: KubernetesOptions): Secrets {
  return {
    async fetch(reference) {
      const path = secretPath(reference, 'the name of a Secret, or namespace/name');
      const address = addressOf(environment);
      const [token, own] = await Promise.all([
        accountFile(serviceAccount, 'token'),
        accountFile(serviceAccount, 'namespace'),
      ]);
      const trusting = await fetchTrusting(join(serviceAccount, 'ca.crt'), 'The service account');
      const question = {
        method: 'GET',
        url: `${address}${resourceOf(path, own)}`,
        headers: { authorization: `Bearer ${token}` },
      } as const;
      return secretOf(await askStore({ fetch: trusting, clock, random: Math.random }, question), path);
    },
  };
}

const standardPlace = '/var/run/secrets/kubernetes.io/serviceaccount';
const failed = 'Failed to read the Secret of Kubernetes:';

function addressOf({
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
}: KubernetesOptions['environment']) {
  if (host) return `https://${host.includes(':') ? `[${host}]` : host}:${port || 443}`;
  const message =
    `${failed} the agent does not run in a cluster. Choose another secret_provider for the ` +
    `target, or run it in a pod.`;
  throw new AgentError('secrets-invalid', message);
}

async function accountFile(directory: string, name: string): Promise<string> {
  try {
    return (await readFile(join(directory, name), 'utf8')).trim();
  } catch (cause) {
    const message =
      `${failed} the pod has no service account (${join(directory, name)}). Set ` +
      `automountServiceAccountToken to true.`;
    throw new AgentError('secrets-invalid', message, { cause });
  }
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const form = /^(?:([a-z0-9][a-z0-9-]{0,62})\/)?([a-z0-9][a-z0-9.-]{0,252})$/;

function resourceOf(path: string, ownNamespace: string): string {
  const [, namespace = ownNamespace, name] = form.exec(path) ?? [];
  if (name !== undefined) return `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const message =
    `${failed} '${path.slice(0, 400)}' is not the name of one. Write name or namespace/name as ` +
    `secret_path into the target.`;
  throw new AgentError('secrets-invalid', message);
}

const answerSchema = z.object({ data: z.optional(z.nullable(z.record(z.string(), z.string()))) });

function secretOf(answer: StoreAnswer, path: string): SecretMap {
  const fail = (why: string) => new AgentError('secrets-invalid', `${failed} '${path}' ${why}`);
  if (answer.status === null) {
    throw fail(
      `could not be read (${answer.problem}). Check that the pod may reach the API server, and run the task again.`,
    );
  }
  const parsed = answerSchema.safeParse(answer.json);
  if (answer.status !== 200 || !parsed.success) {
    throw fail(sentences[answer.status] ?? `was answered with ${answer.status}. Run the task again.`);
  }
  const entries = Object.entries(parsed.data.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

const sentences: Readonly<Record<number, string>> = {
  401: 'was refused: the token of the service account is not valid (401). Start the pod again.',
  403:
    'may not be read (403). Allow the service account of the agent the verb get on this Secret: a Role and a ' +
    'RoleBinding.',
  404: 'does not exist (404). Correct the secret_path of the target: name or namespace/name.',
};
