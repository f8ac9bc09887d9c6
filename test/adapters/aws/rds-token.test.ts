import { describe, expect, it } from 'vitest';
import { rdsToken } from '../../../adapters/aws/rds-token.ts';

const login = { host: 'shop.abc.eu-west-1.rds.amazonaws.com', port: 5432, user: 'app', region: 'eu-west-1' };
const session = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-access-key', sessionToken: 'session' };

describe('a token for RDS', () => {
  it('is signed with the credentials of the execution, for a quarter of an hour', async () => {
    const token = await rdsToken({ credentials: async () => session })(login);
    const url = new URL(`https://${token}`);
    expect(url.host).toBe(`${login.host}:5432`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'connect',
      DBUser: 'app',
      'X-Amz-Expires': '900',
      'X-Amz-Security-Token': 'session',
      'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/),
    });
    expect(token).not.toContain('secret-access-key');
  });

  it('is refused with a sentence where there are no credentials', async () => {
    const none = rdsToken({ credentials: () => Promise.reject(new Error('no role')) });
    await expect(none(login)).rejects.toThrow('No token could be signed for the login of app to shop.abc');
  });
});
