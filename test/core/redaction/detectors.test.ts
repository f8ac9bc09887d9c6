import { describe, expect, it } from 'vitest';
import { redactor } from './redacting.ts';

const found: readonly [text: string, redacted: string][] = [
  ['user%40example.com', '[EMAIL_ADDRESS]'],
  ['joão@exemplo.com.br', '[EMAIL_ADDRESS]'],
  ["<o'brien@example.com>", '<[EMAIL_ADDRESS]>'],
  ['\\nana@example.com\\n', '\\n[EMAIL_ADDRESS]\\n'],
  ['\x1b[31mana@example.com\x1b[0m', '\x1b[31m[EMAIL_ADDRESS]\x1b[0m'],
  ['card=4111-1111-1111-1111;', 'card=[CREDIT_CARD_NUMBER];'],
  ['3782 822463 10005', '[CREDIT_CARD_NUMBER]'],
  ['%B4111111111111111^LIMA/ANA^29121010000?', '[CREDIT_CARD_TRACK_NUMBER]'],
  [';4111111111111111=29121010000?', '[CREDIT_CARD_TRACK_NUMBER]'],
  ['{"cvv": "123", "cvc2": 4567}', '{"cvv": "[CVV_NUMBER]", "cvc2": [CVV_NUMBER]}'],
  ['card_security_code=123&x=1', 'card_security_code=[CVV_NUMBER]&x=1'],
  ['DE89 3704 0044 0532 0130 00 BIC', '[IBAN_CODE] BIC'],
  ['gb82west12345698765432', '[IBAN_CODE]'],
  ['900-70-1234', '[US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER]'],
  ['12.ABC.345/01DE-35', '[BRAZIL_CNPJ_NUMBER]'],
  ['id,212-555-0123', 'id,[PHONE_NUMBER]'],
  ['+55 (11) 98765-4321 10.1.2.3', '[PHONE_NUMBER] [IP_ADDRESS]'],
  ['::ffff:203.0.113.7', '[IP_ADDRESS]'],
  ['001a.2b3c.4d5e', '[MAC_ADDRESS]'],
  ['1M8GDM9AXKP042788', '[VEHICLE_IDENTIFICATION_NUMBER]'],
  ['nascido em 12/03/1984', 'nascido em [DATE_OF_BIRTH]'],
  ['redis://:s3cret@cache:6379', 'redis://[PASSWORD]@cache:6379'],
  ['postgres://app:p@ss@db/orders', 'postgres://[PASSWORD]@db/orders'],
  ['Authorization: Token abcdef', 'Authorization: [AUTH_TOKEN]'],
  ['X-Api-Key: abc', 'X-Api-Key: [AUTH_TOKEN]'],
  ['{\\"last_name\\":\\"Lima\\"}', '{\\"last_name\\":\\"[PERSON_NAME]\\"}'],
  ["{'customerEmail': 'x'}", "{'customerEmail': '[EMAIL_ADDRESS]'}"],
  ['{"user"=>{"first_name"=>"Ana"}}', '{"user"=>{"first_name"=>"[PERSON_NAME]"}}'],
  ['?first_name=Ana&x=1', '?first_name=[PERSON_NAME]&x=1'],
  ['(full name: Ana Lima, age 40)', '(full name: [PERSON_NAME], age 40)'],
  ['Key (last_name)=(Lima) exists', 'Key (last_name)=([PERSON_NAME]) exists'],
];

const kept: readonly string[] = [
  '4111111111111112 1234567890123456 0.4111111111111111',
  '123e4567-e89b-12d3-a456-426614174000',
  '000-12-3456 666-12-3456 123-00-4567 123-45-0000',
  '111.111.111-11 52998224724 20261120093000',
  'DE00370400440532013000',
  '1.2.3 10.2.1.4.7 256.1.1.1 version 1.2.3.4 127.0.0.1 0.0.0.0 ::1',
  '12:34:56 a::b std::string Foo::Bar',
  'git@github.com:org/repo.git logo@2x.png lodash@4.17.21 @types/node',
  '2026-11-20T09:30:00.123Z 1763631000 1763631000123 1763631000123456789',
  '"email": null, "phone": false, email=$1 password=? email_verified: true',
  'password: [FILTERED] token count: 7 name: web',
  'cvv: yes, cvc=null, cvv_check: passed',
  'bearer of news, Basic authentication, cookies, passport control at 12:30',
  'https://example.com/path?page=2&sort=name ssh://git@host/repo',
];

describe('the local detectors', () => {
  it.each(found)('make of %j %j', (text, redacted) => {
    expect(redactor.message(text)).toBe(redacted);
  });

  it.each(kept)('leave %j as it is', (text) => {
    expect(redactor.message(text)).toBe(text);
  });
});
