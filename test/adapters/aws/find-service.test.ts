import { describe, expect, it } from 'vitest';
import { findService } from '../../../adapters/aws/find-service.ts';
import { serviceNames } from '../../../adapters/aws/service-names.ts';
import { runopsSecrets } from '../../../adapters/secrets/runops.ts';
import type { Secrets } from '../../../core/ports.ts';
import { parseTask } from '../../../core/task.ts';

const named = { cluster: 'c', service: 's', container: 'app', region: 'sa-east-1' };
const keys = { ECS_CLUSTER: 'shop', ECS_SERVICE_NAME: 'web', ECS_CONTAINER: 'rails' };
const asked: (string | null)[] = [];
const aws: Secrets = {
  async fetch({ path }) {
    asked.push(path);
    return keys;
  },
};
const find = findService({
  services: async () => ({ billing: named, live: { ...named, live: true } }),
  secrets: serviceNames(runopsSecrets(), aws),
  region: 'eu-west-1',
});
const task = (fields: object) =>
  parseTask({ id: 7, type: 'rails-console-ecs', script: '', target: 'shop', redact: 'all', ...fields });
const found = { cluster: 'shop', service: 'web', container: 'rails', region: 'eu-west-1' };

describe('the service of a target', () => {
  it('is the one that the deployment names, whatever the target says', async () => {
    expect(await find(task({ target: 'billing', config: JSON.stringify(keys) }))).toEqual(named);
  });

  it('is entered live for a single command, where the deployment says so', async () => {
    expect(await find(task({ target: 'live', type: 'ecs-exec' }))).toEqual({ ...named, live: true });
    expect(await find(task({ target: 'live' }))).toEqual(named);
  });

  it('is entered live by no word of the target', async () => {
    const config = JSON.stringify({ ...keys, live: 'true', LIVE: 'true', ECS_LIVE: 'true' });
    expect(await find(task({ type: 'ecs-exec', config }))).toEqual(found);
  });

  it('is in the config of the target, whose static keys nobody looks at', async () => {
    const config = JSON.stringify({ ...keys, ECS_AWS_ACCESS_KEY_ID: 'AKIA', ECS_AWS_SECRET_ACCESS_KEY: 'x' });
    expect(await find(task({ config }))).toEqual(found);
  });

  it('may be in another region', async () => {
    const config = JSON.stringify({ ...keys, ECS_AWS_REGION: 'us-east-1' });
    expect(await find(task({ config }))).toEqual({ ...found, region: 'us-east-1' });
  });

  it('may be under other keys, as the mapping of the target says', async () => {
    const config = JSON.stringify({ ...keys, ECS_CONTAINER: '', NAME: 'rails' });
    const secret_mapping = '{"ECS_CONTAINER": "NAME"}';
    expect(await find(task({ config, secret_mapping }))).toEqual(found);
  });

  it('may be in a secret of names', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:runops/services/shop-AbCdEf';
    for (const secret_path of ['runops/services/shop', arn]) {
      expect(await find(task({ secret_provider: 'aws', secret_path }))).toEqual(found);
    }
    expect(asked).toEqual(['runops/services/shop', arn]);
  });

  it('is not looked up where passwords are', async () => {
    asked.length = 0;
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/runops/services/x-AbCdEf';
    const places = [
      { secret_provider: 'aws', secret_path: 'runops/billing' },
      { secret_provider: 'aws', secret_path: arn },
      { secret_provider: 'hashicorp/kv', secret_path: 'runops/services/shop' },
      { secret_provider: 'env-var', secret_path: 'SHOP' },
    ];
    for (const place of places) {
      await expect(find(task(place))).rejects.toMatchObject({
        code: 'secrets-invalid',
        message: expect.stringMatching(/whose name begins with runops\/services\//),
      });
    }
    expect(asked).toEqual([]);
  });

  it('is asked for by the names of the keys that are missing', async () => {
    const config = JSON.stringify({ ECS_CLUSTER: 'shop' });
    await expect(find(task({ config }))).rejects.toMatchObject({
      code: 'secrets-invalid',
      message: expect.stringMatching(/Missing or empty: ECS_SERVICE_NAME, ECS_CONTAINER\./),
    });
  });
});
