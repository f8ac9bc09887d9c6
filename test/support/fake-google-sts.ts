import { createServer } from 'node:http';

export interface FakeGoogleSts {
  /** The configuration of a workload identity federation that exchanges its tokens here. */
  externalAccount: Record<string, unknown>;
  /** The signed calls of GetCallerIdentity that were exchanged. */
  exchanged: { url: string; headers: Record<string, string> }[];
  /** Who was impersonated, by path. */
  impersonated: string[];
  /** From now on: refuses, as when the attribute condition does not hold, or never answers. */
  behave(behaviour: 'healthy' | 'refuses' | 'hangs'): void;
  /** Resolves when somebody asks. */
  asked(): Promise<void>;
  close(): Promise<void>;
}

export const GOOGLE_TOKEN = 'token-of-the-service-account';

/** Google's token exchange and its service account credentials API, on one loopback socket. */
export async function startFakeGoogleSts(): Promise<FakeGoogleSts> {
  const exchanged: FakeGoogleSts['exchanged'] = [];
  const impersonated: string[] = [];
  const watchers = new Set<() => void>();
  let behaviour: 'healthy' | 'refuses' | 'hangs' = 'healthy';
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const say = (status: number, answer: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    for (const watcher of watchers) watcher();
    if (behaviour === 'hangs') return;
    if (behaviour === 'refuses')
      return say(400, { error: 'invalid_grant', error_description: 'rejected by the condition' });
    if (request.url?.startsWith('/v1/token')) {
      const subject = JSON.parse(decodeURIComponent(new URLSearchParams(body).get('subject_token') ?? ''));
      const headers = subject.headers.map(({ key, value }: { key: string; value: string }) => [key, value]);
      exchanged.push({ url: subject.url, headers: Object.fromEntries(headers) });
      return say(200, {
        access_token: 'federated-token',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
      });
    }
    impersonated.push(request.url ?? '');
    return say(200, {
      accessToken: GOOGLE_TOKEN,
      expireTime: new Date(Date.now() + 3_600_000).toISOString(),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    externalAccount: externalAccountAt(url),
    exchanged,
    impersonated,
    behave: (next) => {
      behaviour = next;
    },
    asked: () => new Promise((resolve) => watchers.add(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As `gcloud iam workload-identity-pools create-cred-config … --aws` writes it, without the metadata addresses. */
function externalAccountAt(url: string): Record<string, unknown> {
  const account = 'runops-agent@example-project.iam.gserviceaccount.com';
  return {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/runops/providers/aws',
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    token_url: `${url}/v1/token`,
    service_account_impersonation_url: `${url}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    credential_source: {
      environment_id: 'aws1',
      regional_cred_verification_url:
        'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    },
  };
}
