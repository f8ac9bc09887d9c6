import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { Http } from '../../core/http-retry.ts';
import type { Clock, Secrets } from '../../core/ports.ts';
import { parseSecretMap, secretExample } from '../../core/secret-map.ts';
import { askStore, type StoreAnswer } from './ask-store.ts';
import type { AwsAccess } from './aws-access.ts';
import { googleToken } from './google-token.ts';
import { secretPath } from './secret-path.ts';

export interface GcpOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** For a workload identity federation with AWS. */
  access: AwsAccess;
  clock: Clock;
  /** The address of another Secret Manager than Google's. */
  endpoint?: string;
}

/** Secrets of Google Secret Manager: https://cloud.google.com/secret-manager/docs/reference/rest */
export function gcpSecrets(options: GcpOptions): Secrets {
  const http: Http = { fetch, clock: options.clock, random: Math.random };
  return {
    async fetch(reference) {
      const path = secretPath(reference, 'a secret such as projects/my-project/secrets/prod-pg');
      const url = urlOf(path, options.endpoint);
      const headers = { authorization: `Bearer ${await googleToken(options)}` };
      const text = textOf(await askStore(http, { method: 'GET', url, headers }), path);
      const problem =
        `${failed} '${path}' must hold a JSON object with its braces, such as ${secretExample}. ` +
        `Write its value so.`;
      return parseSecretMap(text, problem);
    },
  };
}

const failed = 'Failed to read the secret of Google Secret Manager:';
const form = /^projects\/([\w:.-]+)(?:\/locations\/([a-z0-9-]+))?\/secrets\/([\w-]+)(?:\/versions\/(\w+))?$/;

/** Secrets of one region have an address of their own: https://cloud.google.com/secret-manager/regional-secrets */
function urlOf(path: string, endpoint: string | undefined): string {
  const [whole, , location, , version] = form.exec(path) ?? [];
  if (whole === undefined) {
    const message =
      `${failed} '${path.slice(0, 700)}' is not the name of one. Write the secret_path of the target like ` +
      'projects/PROJECT/secrets/SECRET or projects/PROJECT/secrets/SECRET/versions/VERSION.';
    throw new AgentError('secrets-invalid', message);
  }
  const host = location ? `secretmanager.${location}.rep.googleapis.com` : 'secretmanager.googleapis.com';
  const name = version ? whole : `${whole}/versions/latest`;
  return `${endpoint ?? `https://${host}`}/v1/${name}:access`;
}

const answerSchema = z.object({ payload: z.object({ data: z.string() }) });

function textOf(answer: StoreAnswer, path: string): string {
  const fail = (why: string) => new AgentError('secrets-invalid', `${failed} '${path}' ${why}`);
  if (answer.status === null) {
    throw fail(
      `could not be read (${answer.problem}). Check that the network reaches Google, and run the task again.`,
    );
  }
  const parsed = answerSchema.safeParse(answer.json);
  if (answer.status === 200 && parsed.success)
    return Buffer.from(parsed.data.payload.data, 'base64').toString();
  throw fail(
    `${sentences[answer.status] ?? 'could not be read. Run the task again.'} (Google answered ${answer.status}.)`,
  );
}

const sentences: Readonly<Record<number, string>> = {
  400:
    'is disabled or destroyed, or not the name of a secret. Enable the version, or correct the secret_path ' +
    'of the target.',
  401: "was refused: the agent's token is not valid. Check GOOGLE_APPLICATION_CREDENTIALS.",
  403:
    "may not be read. Grant the agent's service account roles/secretmanager.secretAccessor on it, and enable " +
    'the API.',
  404: 'does not exist. Correct the secret_path of the target; the version is a number or latest.',
};
