import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { cloudSecrets } from '../../../adapters/aws/secrets.ts';
import { secretsManagerFailure } from '../../../adapters/secrets/secrets-manager-failure.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { AgentError } from '../../../core/errors.ts';
import { type Emulator, emulatorMissing, startEmulator } from '../../support/emulator.ts';

if (emulatorMissing) console.warn(`Secrets of AWS are left out: ${emulatorMissing}`);

const reference = { type: 'bash', config: null };

describe.skipIf(emulatorMissing)('the provider aws', () => {
  let emulator: Emulator;
  const arns: Record<string, string> = {};

  beforeAll(async () => {
    emulator = await startEmulator();
    vi.stubEnv('AWS_ENDPOINT_URL', emulator.endpoint);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    await create('prod/pg', '{"PG_PASS": "planted-old"}');
    await create('many', '{"db": {"A": "b"}, "text": "planted", "json": "{\\"C\\": \\"d\\"}", "PORT": 1}');
    await create('elsewhere', '{"A": "Frankfurt"}', 'eu-central-1');
    await create('plain', 'planted');
    await create('gone', '{}');
    const client = clientOf('us-east-1');
    await client.send(
      new PutSecretValueCommand({ SecretId: 'prod/pg', SecretString: '{"PG_PASS": "planted-new"}' }),
    );
    await client.send(new DeleteSecretCommand({ SecretId: 'gone' }));
    await client.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: Buffer.from('planted') }));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await emulator.close();
  });

  const clientOf = (region: string) => new SecretsManagerClient({ ...emulator.clientOptions, region });

  async function create(name: string, value: string, region = 'us-east-1') {
    const { ARN } = await clientOf(region).send(new CreateSecretCommand({ Name: name, SecretString: value }));
    arns[name] = ARN ?? '';
  }

  function read(path: string | null, provider = 'aws', environment = {}) {
    const credentials = async () => emulator.clientOptions.credentials;
    const variables = JSON.stringify({ MY_DB: arns['prod/pg'], other_db: `${arns.many}#db` });
    const secrets = cloudSecrets({ environment, access: { credentials }, variables, clock: systemClock });
    return secrets.fetch({ ...reference, provider, path });
  }

  async function failureOf(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    if (!(error instanceof AgentError)) throw new Error('It did not fail.');
    expect(error).toMatchObject({ code: 'secrets-invalid', retryable: false });
    expect(`${error.message} ${error.cause}`).not.toContain('planted');
    return error.message;
  }

  it('reads the current version by name, ARN and ARN without its last six characters', async () => {
    for (const path of ['prod/pg', arns['prod/pg'] ?? '', arns['prod/pg']?.replace(/-.{6}$/, '') ?? '']) {
      expect(await read(path)).toEqual({ PG_PASS: 'planted-new' });
    }
  });

  it('reads a secret of another region by its ARN', async () => {
    expect(await read(arns.elsewhere ?? '')).toEqual({ A: 'Frankfurt' });
    expect(await failureOf(read('elsewhere'))).toContain('does not exist');
  });

  it('reads one key: an object, an object as text, or a single value', async () => {
    expect(await read('many#db')).toEqual({ A: 'b' });
    expect(await read(`${arns.many}#json`)).toEqual({ C: 'd' });
    expect(await read('many#text')).toEqual({ text: 'planted' });
    expect(await read('many#PORT')).toEqual({ PORT: '1' });
  });

  it.for([
    [
      'none',
      /^failed to fetch aws secrets: 'none' does not exist, .*\. Correct the secret_path of the target/,
    ],
    ['gone', /^failed to fetch aws secrets: 'gone' is scheduled for deletion .*restore-secret/],
    ['binary', /^failed to fetch aws secrets: 'binary' is binary\. Store it as text/],
    ['plain', /^failed to fetch aws secrets: 'plain' must hold a JSON object with its braces/],
    ['many#none', /^failed to fetch aws secrets: 'many#none' was found, but has no key 'none'/],
    ['many#constructor', /has no key 'constructor'/],
    ['many#', /is not the name or the ARN of a secret/],
    ['arn:aws:s3:::bucket', /is not the name or the ARN of a secret/],
    [null, /missing 'secret_path' config at target/],
  ] as const)('says what is wrong with %s', async ([path, words]) => {
    expect(await failureOf(read(path))).toMatch(words);
  });

  it.for(['MY_DB', 'my-db', 'my_db'])(
    'env-var finds the secret that the deployment names %s',
    async (name) => {
      expect(await read(name, 'env-var')).toEqual({ PG_PASS: 'planted-new' });
    },
  );

  it('env-var takes a key too, and says what to do for a name that nobody gave', async () => {
    expect(await read('OTHER_DB', 'env-var')).toEqual({ A: 'b' });
    expect(await failureOf(read('nobody', 'env-var'))).toMatch(
      /^Secret 'nobody' not found\. Name a secret so/,
    );
  });

  it('is not offered with AWS_SECRET_MANAGER=false, and filesystem never', async () => {
    const off = read('prod/pg', 'aws', { AWS_SECRET_MANAGER: 'false' });
    expect(await failureOf(off)).toContain('This agent knows: runops, env-var, hashicorp/kv');
    expect(await failureOf(read('x', 'filesystem'))).toContain('is not known');
  });
});

describe('a wrong deployment', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.for(['[]', '{"A": 1}', 'planted'])('with RUNOPS_SECRET_VARIABLES %s is said', (variables) => {
    const compose = () => cloudSecrets({ environment: {}, access: {}, variables, clock: systemClock });
    expect(compose).toThrow(/^RUNOPS_SECRET_VARIABLES must be a JSON object of names and ARNs/);
  });

  it('without a region says to set one', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/none');
    const access = { credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) };
    const secrets = cloudSecrets({ environment: {}, access, variables: undefined, clock: systemClock });
    await expect(secrets.fetch({ ...reference, provider: 'aws', path: 'x' })).rejects.toThrow(
      /Set AWS_REGION/,
    );
  });
});

// The emulator grants everything: what the real service answers, by its documentation.
it.for([
  [
    'AccessDeniedException',
    'User is not authorized to perform: secretsmanager:GetSecretValue',
    /may not be read .*Grant its role secretsmanager:GetSecretValue/,
  ],
  ['AccessDeniedException', 'Access to KMS is not allowed', /encrypted with a KMS key .*kms:Decrypt/],
  ['DecryptionFailure', 'x', /kms:Decrypt/],
  ['CredentialsProviderError', 'Could not load credentials from any providers', /no valid AWS credentials/],
  ['TimeoutError', 'planted', /could not be read \(TimeoutError\)\. Check that the network/],
] as const)('%s (%s) has its remedy', ([name, message, words]) => {
  const error = secretsManagerFailure('prod/pg', Object.assign(new Error(message), { name }));
  expect(error.message).toMatch(/^failed to fetch aws secrets: 'prod\/pg' /);
  expect(error.message).toMatch(words);
  expect(error.message).not.toContain('planted');
});
