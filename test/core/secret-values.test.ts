import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecret, secretValues } from '../../core/secret-values.ts';

const values = (secrets: Record<string, string>, publicKeys: string[] = []) =>
  secretValues(secrets, publicKeys);

describe('the values to mask', () => {
  it('are those of a database without its host, port, name and user', () => {
    const secret = {
      PG_HOST: 'db.example.com',
      PG_PORT: '54321',
      PG_USER: 'application',
      PG_DB: 'production',
    };
    expect(values({ ...secret, PG_PASS: 'hunter2!' })).toEqual(['hunter2!']);
    expect(
      values({
        host: 'db.example.com',
        dbname: 'warehouse',
        username: 'application',
        dbInstanceIdentifier: 'db-warehouse',
      }),
    ).toEqual([]);
    expect(
      values({ PGHOST: 'db.example.com', PGDATABASE: 'warehouse', MYSQL_HOSTNAME: 'db2.example.com' }),
    ).toEqual([]);
  });

  it('leave out what the integration calls public, and the task itself', () => {
    expect(values({ OTHER: 'some-value-1' }, ['OTHER'])).toEqual([]);
    expect(
      values({ RUNOPS_TASK_USER_EMAIL: 'ana@example.com', RUNOPS_TASK_DESCRIPTION: 'a description' }),
    ).toEqual([]);
  });

  it('believe a name that says secret before one that says setting', () => {
    for (const key of ['HOST_PASSWORD', 'TOKEN_HOST', 'SSH_KEY_PATH', 'USER_PIN', 'apiKey', 'DB_PWD']) {
      expect(values({ [key]: 'value-1234' })).toEqual(['value-1234']);
    }
  });

  it('know such names in Portuguese and Spanish, and those of links that are secrets', () => {
    for (const key of ['SENHA_DB', 'CHAVE_APP', 'CLAVE_DB', 'CONTRASENA_DB', 'SLACK_WEBHOOK_PATH']) {
      expect(values({ [key]: 'value-1234' })).toEqual(['value-1234']);
    }
    expect(values({ PIN: '4711', USER_PIN: '471100', SHOPPING: '4711' })).toEqual(['471100', '4711']);
  });

  it('leave short words and numbers readable, unless their name says secret', () => {
    expect(values({ A: 'prod', B: '3306', C: 'true', D: 'staging' })).toEqual([]);
    expect(values({ A_PASS: 'prod', B_TOKEN: '3306' })).toEqual(['prod', '3306']);
    expect(values({ A: 'pr0d!', B: 'production' })).toEqual(['production', 'pr0d!']);
    expect(values({ A_PASS: 'abc' })).toEqual([]);
  });

  it.for([
    ['mongodb://app:p%40ss-word@db.example.com/x', ['p%40ss-word', 'p@ss-word']],
    ['postgres://app:p@ss/word@db.example.com/x', ['p@ss/word']],
    ['redis://:only-password@cache.example.com:6379', ['only-password']],
    ['https://ghp_0123456789abcdef@example.com/repo.git', ['ghp_0123456789abcdef']],
    ['jdbc:mysql://db.example.com/x?user=app&password=jdbc-pass&ssl=1', ['jdbc-pass']],
    ['Server=db.example.com;User Id=app;Pwd=ado-pass;', ['ado-pass']],
    ["host=db.example.com password='libpq pass'", ['libpq pass']],
  ] as const)('have the password of %s apart', ([uri, passwords]) => {
    expect(values({ DB_HOST: uri })).toEqual([...passwords]);
    expect(values({ DB_URI: uri })).toEqual([uri, ...passwords]);
  });

  it('have every long line of a key apart, but not the lines that begin and end each key', () => {
    const lines = ['MIIBOgIBAAJBAKj34GkxFhD90vcN', 'LYLInFEX6Ppy1tPf9Cnzj4p4WGeK', 'Zz0='];
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
    expect(values({ SSH_KEY: pem })).toEqual([pem, pem.trim(), lines[0], lines[1]]);
    const base64 = Buffer.from(pem).toString('base64');
    expect(values({ PGSSLKEY: base64 })).toEqual([base64, pem, pem.trim(), lines[0], lines[1]]);
  });

  it('have the texts in JSON apart, each by its own name', () => {
    const json = JSON.stringify({
      project: 'shop-project-1',
      login: { password: 'inner-1' },
      tokens: ['inner-22'],
    });
    expect(values({ ACCOUNT: json })).toEqual([json, 'inner-22', 'inner-1']);
    expect(values({ DB_NAME: json })).toEqual(['inner-22', 'inner-1']);
    expect(values({ ACCOUNT: Buffer.from(json).toString('base64') })).toContain('inner-22');
    expect(values({ DB_NAME: '{"pin": 4711, "size": 4712}' })).toEqual(['4711']);
  });

  it('are found in a kubeconfig, in base64 or as it is', () => {
    const key =
      '-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcN\n-----END RSA PRIVATE KEY-----\n';
    const users = [
      'users:\n- name: a\n  user:\n    token: eyJ0b2tlbg.of-a.user',
      `- name: b\n  user:\n    password: "pass-word-1"\n    client-key-data: ${Buffer.from(key).toString('base64')}`,
      'current-context: main',
    ].join('\n');
    const kubeconfig = `apiVersion: v1\nkind: Config\nclusters:\n- name: main\n${users}\n`;
    for (const value of [kubeconfig, Buffer.from(kubeconfig).toString('base64')]) {
      const found = values({ KUBE_CONFIG_DATA: value });
      expect(found).toEqual(expect.arrayContaining([value, 'eyJ0b2tlbg.of-a.user', 'pass-word-1', key]));
      expect(found).toContain('MIIBOgIBAAJBAKj34GkxFhD90vcN');
      expect(found).not.toContain('main');
    }
  });

  it.for([
    ["token: a/b'c.d-1", "a/b'c.d-1"],
    ['token: "a\\"b\\\\c-1" # ours', 'a"b\\c-1'],
    ["token: 'it''s-1 x'", "it's-1 x"],
    ['{token: flow-style-1, other: x}', 'flow-style-1'],
    ['"token": json-style-1', 'json-style-1'],
    ['token: >-\n      folded-1', 'folded-1'],
    ['auth-provider:\n      config:\n        refresh-token: refreshed-1', 'refreshed-1'],
    [
      'exec:\n      env:\n      - name: AWS_SECRET_ACCESS_KEY\n        value: "of-the-exec-1"',
      'of-the-exec-1',
    ],
  ])('are found in the user of a kubeconfig: %s', ([user = '', secret]) => {
    const kubeconfig = `apiVersion: v1\nusers:\n- name: a\n  user:\n    ${user}\n    x: y\n`;
    expect(values({ KUBE_CONFIG_DATA: kubeconfig })).toContain(secret);
    expect(values({ KUBE_CONFIG_DATA: Buffer.from(kubeconfig).toString('base64') })).toContain(secret);
  });

  it('are found in a kubeconfig of JSON, and in what its exec user is given', () => {
    const users = [
      { name: 'a', user: { token: 'token-of-json', exec: { env: [{ value: 'not-a-name-1' }] } } },
    ];
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'Config', users });
    for (const value of [json, Buffer.from(json).toString('base64')]) {
      const found = values({ KUBE_CONFIG_DATA: value });
      expect(found).toEqual(expect.arrayContaining(['token-of-json', 'not-a-name-1']));
    }
  });

  it('are trimmed too, because a store may add a line break that no program prints', () => {
    expect(values({ A_PASS: 'pass-1\n' })).toEqual(['pass-1\n', 'pass-1']);
  });

  it('are each there once, the longest first, and always with the whole of what is named a secret', () => {
    const key = fc.constantFrom('A', 'A_PASS', 'DB_HOST', 'TOKEN', 'URI');
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.string({ unit: fc.constantFrom(...'ab12:/@{}"[]=\n \\%') })),
        (secrets) => {
          const found = values(secrets);
          expect(new Set(found).size).toBe(found.length);
          expect(found.map((value) => value.length)).toEqual(
            found.map((value) => value.length).sort((a, b) => b - a),
          );
          for (const name of ['A_PASS', 'TOKEN']) {
            const value = secrets[name] ?? '';
            if (value.length >= 4) expect(found).toContain(value);
          }
        },
      ),
    );
  });

  it('are found in time also in large and nested texts', () => {
    expect(values({ A: '['.repeat(200_000) + ']'.repeat(200_000) })).toHaveLength(1);
    expect(values({ A: 'a.'.repeat(500_000) })).toHaveLength(1);
    expect(values({ A: 'http://'.repeat(100_000) }).length).toBeGreaterThan(0);
  }, 10_000);
});

describe('a value', () => {
  it('is secret by its name however short it is, and never when it is public or empty', () => {
    expect(isSecret('A_PASS', 'x', [])).toBe(true);
    expect(isSecret('A_PASS', '', [])).toBe(false);
    expect(isSecret('PGSSLKEY_MODE', 'x', ['PGSSLKEY_MODE'])).toBe(false);
    expect(isSecret('PHP_APP', '/srv/app/artisan', [])).toBe(false);
    expect(isSecret('STAGE', 'production', [])).toBe(false);
    expect(isSecret('RUNOPS_TASK_ID', '12345678', [])).toBe(false);
  });
});
