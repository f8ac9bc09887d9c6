import { describe, expect, it } from 'vitest';
import { redactor } from './redacting.ts';

const redacted = (...lines: string[]): string[] => redactor.message(lines.join('\n')).split('\n');
const body = 'MIIEpAIBAAKCAQEA7bq1+/x9ZkQ2n0bSx7Yc3pRtUvWxYzAbCdEfGhIjKlMnOpQr';

describe('PEM blocks', () => {
  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
    'of a %s are removed whole',
    (label) => {
      const lines = redacted(
        'before',
        `-----BEGIN ${label}-----`,
        body,
        `${body.slice(0, 10)}==`,
        `-----END ${label}-----`,
        'after',
      );
      expect(lines).toEqual(['before', '[ENCRYPTION_KEY]', 'after']);
    },
  );

  it('with headers, indentation, quotes or a prefix on each line are removed too', () => {
    for (const prefix of ['    ', '> ', '# ', '"', '2026-11-20 10:00:00 web: ']) {
      const lines = [
        '-----BEGIN RSA PRIVATE KEY-----',
        'Proc-Type: 4,ENCRYPTED',
        '',
        body,
        'Ab1=',
        '-----END RSA PRIVATE KEY-----',
      ];
      const text = redactor.message(`${lines.map((line) => prefix + line).join('\n')}\nafter`);
      expect(text.endsWith('after'), text).toBe(true);
      expect(text).not.toContain('MIIE');
      expect(text).not.toContain('Ab1=');
    }
  });

  it('that are cut off take nothing with them that is no key', () => {
    expect(redacted('-----BEGIN PRIVATE KEY-----', body, 'connection closed by peer', 'done')).toEqual([
      '[ENCRYPTION_KEY]',
      'connection closed by peer',
      'done',
    ]);
    expect(redacted('Expecting: -----BEGIN ANY PRIVATE KEY-----', 'unable to load key')).toEqual([
      'Expecting: [ENCRYPTION_KEY]',
      'unable to load key',
    ]);
  });
});

describe('tables', () => {
  it('end where the tool ends them', () => {
    const heading = 'id,first_name,plan';
    expect(redacted(heading, '1,Ana,pro', '', '2,Bia,pro').at(-1)).toBe('2,Bia,pro');
    expect(redacted(heading.replaceAll(',', '|'), '1|Ana|pro', '(1 row)', '2|Bia|pro').at(-1)).toBe(
      '2|Bia|pro',
    );
  });

  it('survive a few lines of something else', () => {
    expect(redacted('id,first_name', '1,Ana', 'NOTICE: slow', '2,Bia')).toEqual([
      'id,first_name',
      '1,[PERSON_NAME]',
      'NOTICE: slow',
      '2,[PERSON_NAME]',
    ]);
  });

  it('lose every cell that may be the personal one when a value holds the delimiter', () => {
    expect(redacted('id|full_name|plan', '1|Ana|Bia|pro')[1]).toBe('1|[PERSON_NAME]|pro');
  });

  it('keep quoted cells together over commas and line ends', () => {
    expect(
      redacted(
        'full_name,notes,mother_name',
        '"Lima, Ana","two',
        'lines, and more","Rosa Lima"',
        'Bia,ok,Eva',
      ),
    ).toEqual([
      'full_name,notes,mother_name',
      '"[PERSON_NAME]","two',
      'lines, and more","[PERSON_NAME]"',
      '[PERSON_NAME],ok,[PERSON_NAME]',
    ]);
  });

  it('do not take a row for a heading because a word in it is one', () => {
    expect(redacted('first_name,topic', 'Ana,phone', 'Bia,email')).toEqual([
      'first_name,topic',
      '[PERSON_NAME],phone',
      '[PERSON_NAME],email',
    ]);
  });

  it('are recognized by psql, mysql, COPY and in expanded display', () => {
    expect(redacted(' first_name ', '------------', ' Ana', '(1 row)')[2]).toBe(' [PERSON_NAME]');
    expect(redacted('first_name\temail', 'Ana\tNULL')[1]).toBe('[PERSON_NAME]\tNULL');
    expect(redacted('+--+', '| id | surname |', '+--+', '| 1 | Lima |')[3]).toBe('| 1 | [PERSON_NAME] |');
    expect(redacted('COPY t (id, name, email) FROM stdin;', '1\tAna\tx@example.com')[1]).toBe(
      '1\t[PERSON_NAME]\t[EMAIL_ADDRESS]',
    );
    expect(redacted('-[ RECORD 1 ]--', 'id | 1', 'first_name | Ana Lima')[2]).toBe(
      'first_name | [PERSON_NAME]',
    );
  });

  it('of things keep their names', () => {
    const text = 'name,status,restarts\nweb,Running,0\n';
    expect(redactor.message(text)).toBe(text);
  });
});
