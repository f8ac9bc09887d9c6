import { describe, expect, it } from 'vitest';
import { redactor } from './redacting.ts';

const pem = Buffer.from('-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC').toString('base64');
const jwt = Buffer.from('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2ln').toString('base64');
const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const found: readonly [text: string, redacted: string][] = [
  ["LINE 1: ALTER USER app PASSWORD 's3c''ret';", "LINE 1: ALTER USER app PASSWORD '[PASSWORD]';"],
  ["CREATE USER a IDENTIFIED BY 's3cret'", "CREATE USER a IDENTIFIED BY '[PASSWORD]'"],
  ["IDENTIFIED WITH caching_sha2_password BY 'x y'", "IDENTIFIED WITH caching_sha2_password BY '[PASSWORD]'"],
  ["+ tool --password 's3 cret' --x", "+ tool --password '[PASSWORD]' --x"],
  ['+ tool --db-password s3cret --x', '+ tool --db-password [PASSWORD] --x'],
  ['+ tool --auth-token abc --api-key def', '+ tool --auth-token [PASSWORD] --api-key [PASSWORD]'],
  ["+ curl -s -u 'ana:s3cret' host", "+ curl -s -u '[PASSWORD]' host"],
  ['+ mysqldump -u root -ps3cret shop', '+ mysqldump -u root -p[PASSWORD] shop'],
  [
    `CREDENTIALS\tASIAIOSFODNN7EXAMPLE\t2026-11-20\t${secretKey}\tx`,
    'CREDENTIALS\t[AWS_CREDENTIALS]\t2026-11-20\t[AWS_CREDENTIALS]\tx',
  ],
  [`  tls.key: ${pem}`, '  tls.key: [ENCRYPTION_KEY]'],
  [`  token: ${jwt}`, '  token: [AUTH_TOKEN]'],
  [
    '<firstName>Ana</firstName><ns:Password Type="text">x</ns:Password>',
    '<firstName>[PERSON_NAME]</firstName><ns:Password Type="text">[PASSWORD]</ns:Password>',
  ],
  ['<last_name><![CDATA[Lima]]></last_name>', '<last_name><![CDATA[[PERSON_NAME]</last_name>'],
  [
    'User(firstName=Ana, lastName=Lima da Souza, age=40)',
    'User(firstName=[PERSON_NAME], lastName=[PERSON_NAME], age=40)',
  ],
  ['{"first_names": 1, "first_name": ["Ana", "Bea"]}', '{"first_names": 1, "first_name": [[PERSON_NAME]]}'],
  ['cpf,nome\n52998224725,Ana Lima', 'cpf,nome\n[BRAZIL_CPF_NUMBER],[PERSON_NAME]'],
  ['4111111111111111.0,52998224725.0', '[CREDIT_CARD_NUMBER].0,[BRAZIL_CPF_NUMBER].0'],
  ['0049 30 1234567; 0044-20-7946-0958; 0412 345 678', '[PHONE_NUMBER]; [PHONE_NUMBER]; [PHONE_NUMBER]'],
  ['+52 1 55 1234 5678', '[PHONE_NUMBER]'],
];

const kept: readonly string[] = [
  '--password string   Password to use; --token <token>; --secret NAME; --password $PASS; --password --x',
  'curl -s https://example.com:8080/x; mysql -h db -P 3306; mysqldump --version; --key server.key',
  'the password for it; password authentication failed; IDENTIFIED BY "?"',
  '06 12345678abc\n(1 row)',
  '<phone\n>1234567</phone>',
  '<name/> <first_name/> <firstName></firstName> <email>null</email> a < b; phone > 3',
  '4111111111111111.012 00:00 12 2026 0042 12 34',
  'PWD=/srv/app\nOLDPWD=/\nHOME=/tmp/x',
  '?first_name=&x=1 HTTP/1.1" emails: [] phones: [1, 2]',
];

describe('the local detectors, in what commands print', () => {
  it.each(found)('make of %j %j', (text, redacted) => {
    expect(redactor.message(text)).toBe(redacted);
  });

  it.each(kept)('leave %j as it is', (text) => {
    expect(redactor.message(text)).toBe(text);
  });

  it('remove a key whose lines are coloured', () => {
    const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
    const text = `-----BEGIN PRIVATE KEY-----\n\x1b[31m${line}\x1b[0m\n${line}\n-----END PRIVATE KEY-----\nafter\n`;
    expect(redactor.message(text)).toBe('[ENCRYPTION_KEY]\nafter\n');
  });
});
