import { afterEach, beforeEach, expect, it } from 'vitest';
import { remoteProviders } from '../../../adapters/secrets/remote-providers.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { type FakeVault, startFakeVault } from '../../support/fake-vault.ts';

let vault: FakeVault;
beforeEach(async () => {
  vault = await startFakeVault();
  vault.secrets = { 'old/pg': { data: { A: 'b' } } };
});
afterEach(() => vault.close());

// The key of the AWS documentation.
const credentials = async () => ({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'session-1',
});

function read(
  changes: Record<string, string> = {},
  access: Parameters<typeof remoteProviders>[0]['access'] = { credentials },
) {
  const environment = { VAULT_ADDR: vault.url, VAULT_AUTH_METHOD: 'aws', VAULT_ROLE: 'runops', ...changes };
  const kv = remoteProviders({ environment, access, clock: systemClock })['hashicorp/kv'];
  return kv?.fetch({ type: 'bash', provider: 'hashicorp/kv', path: 'old/pg', config: null });
}

/** The question that Vault passes on, and what it makes of its parts. */
function question() {
  const { path, body } = vault.logins[0] ?? { path: '', body: {} };
  const decode = (text = '') => Buffer.from(text, 'base64').toString();
  const headers: Record<string, string> = JSON.parse(decode(body.iam_request_headers));
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  return {
    path,
    body,
    headers,
    signed,
    url: decode(body.iam_request_url),
    text: decode(body.iam_request_body),
  };
}

it('shows Vault a signed question to the global STS, with nothing in it that Vault refuses', async () => {
  expect(await read({ VAULT_AWS_SERVER_ID: 'vault.example.com' })).toEqual({ A: 'b' });
  const { path, body, headers, signed, url, text } = question();
  expect(path).toBe('auth/aws/login');
  expect(body).toMatchObject({ role: 'runops', iam_http_request_method: 'POST' });
  expect(url).toBe('https://sts.amazonaws.com/');
  expect(text).toBe('Action=GetCallerIdentity&Version=2011-06-15');
  expect(headers).toMatchObject({ host: 'sts.amazonaws.com', 'x-amz-security-token': 'session-1' });
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/us-east-1\/sts\/aws4_request, /,
  );
  // Vault wants its own header among the signed ones, and of Amazon's only those that it knows.
  expect(headers['X-Vault-AWS-IAM-Server-ID']).toBe('vault.example.com');
  expect(signed).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-vault-aws-iam-server-id']));
  const known = ['x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token', 'x-amz-user-agent'];
  const foreign = Object.keys(headers).filter((name) => /^x-amz-/i.test(name) && !known.includes(name));
  expect(foreign).toEqual([]);
});

it('asks the STS of a region where Vault does', async () => {
  await read({ VAULT_AWS_REGION: 'eu-west-1' });
  const { headers, url } = question();
  expect(url).toBe('https://sts.eu-west-1.amazonaws.com/');
  expect(headers.host).toBe('sts.eu-west-1.amazonaws.com');
  expect(headers.authorization).toContain('/eu-west-1/sts/aws4_request');
});

it('says so when there are no credentials', async () => {
  const none = async () => {
    throw new Error('planted');
  };
  await expect(read({}, { credentials: none })).rejects.toThrow(
    /^failed to get Vault client token: there are no valid AWS credentials for it/,
  );
});
