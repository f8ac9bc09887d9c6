import { describe, expect, it } from 'vitest';
import { buildCommand } from '../../../core/integrations/build-command.ts';
import { type IamLogin, withDatabaseToken } from '../../../core/integrations/iam-login.ts';
import { secretValues } from '../../../core/secret-values.ts';
import { specOf } from '../../support/spec.ts';

const host = 'shop.abc123.eu-west-1.rds.amazonaws.com';
const pg = { PG_HOST: host, PG_USER: 'app', PG_DB: 'shop', PG_AUTH: 'aws-iam' };
const mysql = { MYSQL_HOST: host, MYSQL_USER: 'app', MYSQL_DB: 'shop', MYSQL_AUTH: 'aws-iam' };
const asked = async (type: string, secret: Record<string, string>, secretMapping: string | null = null) => {
  const logins: IamLogin[] = [];
  const spec = specOf({ type, secretMapping });
  const filled = await withDatabaseToken(secret, spec, async (login) => {
    logins.push(login);
    return 'the-token';
  });
  return { logins, build: () => buildCommand(spec, filled, '/scratch/7'), filled };
};

describe('a login to RDS', () => {
  it('takes a token in place of a password, through TLS', async () => {
    const { logins, build } = await asked('postgres', pg);
    expect(logins).toEqual([{ host, port: 5432, user: 'app', region: 'eu-west-1' }]);
    const { command, secrets, integration } = build();
    expect(command.env).toMatchObject({ PGPASSWORD: 'the-token', PGSSLMODE: 'require' });
    expect(secretValues(secrets, integration.publicKeys)).toEqual(['the-token']);
  });

  it('takes one for MySQL too, which verifies the server', async () => {
    const { logins, build } = await asked('mysql-csv', { ...mysql, MYSQL_PORT: '3307' });
    expect(logins).toEqual([{ host, port: 3307, user: 'app', region: 'eu-west-1' }]);
    const { command } = build();
    expect(command.env).toEqual({ MYSQL_PWD: 'the-token' });
    expect(command.argv).toContain('--ssl-verify-server-cert');
  });

  it('never sends the token in plain text', async () => {
    for (const PGSSLMODE of ['disable', 'allow', 'prefer']) {
      const { build } = await asked('postgres', { ...pg, PGSSLMODE });
      expect(build).toThrow(
        `PGSSLMODE is "${PGSSLMODE}", with which the token of IAM could travel in plain text`,
      );
    }
    const { build } = await asked('mysql', { ...mysql, MYSQL_SSL_MODE: 'preferred' });
    expect(build).toThrow('MYSQL_SSL_MODE is "preferred", with which');
  });

  it('finds its keys through the mapping, and the region in the secret', async () => {
    const { PG_HOST: _, ...rest } = pg;
    const secret = { ...rest, WHERE: 'db.example.com', AWS_REGION: 'sa-east-1' };
    const { logins } = await asked('postgres-csv', secret, '{"PG_HOST": "WHERE"}');
    expect(logins).toEqual([{ host: 'db.example.com', port: 5432, user: 'app', region: 'sa-east-1' }]);
    await expect(asked('postgres', { ...pg, PG_HOST: 'db.example.com' })).rejects.toThrow('Add AWS_REGION');
  });

  it('says with the other keys that host or user is missing', async () => {
    const { build } = await asked('postgres', { ...pg, PG_HOST: '' });
    expect(build).toThrow('Missing or empty: PG_HOST.');
  });

  it('leaves a secret alone that has a password, and one of another type', async () => {
    for (const [type, secret] of [
      ['postgres', { ...pg, PG_AUTH: 'password', PG_PASS: 'pass-word-1' }],
      ['postgres', { ...pg, PG_AUTH: '' }],
      ['bash', pg],
    ] as const) {
      expect((await asked(type, secret)).filled).toBe(secret);
    }
    await expect(asked('postgres', { ...pg, PG_AUTH: 'kerberos' })).rejects.toThrow(
      'PG_AUTH is "kerberos"; allowed',
    );
  });
});
