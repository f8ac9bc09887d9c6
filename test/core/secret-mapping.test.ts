import { describe, expect, it } from 'vitest';
import { addMappedSecrets } from '../../core/secret-mapping.ts';

const map = (secretMapping: string | null, secrets = { MYSQL_HOSTNAME: 'db', OTHER: 'hidden-value' }) =>
  addMappedSecrets(secrets, { secretMapping, taskId: 7 });

describe('a secret mapping', () => {
  it('adds a key with the value of another, and keeps the rest', () => {
    expect(map('{"MYSQL_HOST": "MYSQL_HOSTNAME"}')).toEqual({
      MYSQL_HOSTNAME: 'db',
      OTHER: 'hidden-value',
      MYSQL_HOST: 'db',
    });
  });

  it('maps from the secret alone, whatever the order', () => {
    expect(map('{"OTHER": "MYSQL_HOSTNAME", "COPY": "OTHER"}')).toMatchObject({
      OTHER: 'db',
      COPY: 'hidden-value',
    });
  });

  it.for([null, '', '  ', '{}'])('of %j maps nothing', (mapping) => {
    expect(map(mapping)).toEqual({ MYSQL_HOSTNAME: 'db', OTHER: 'hidden-value' });
  });

  it('names a key that the secret does not have', () => {
    expect(() => map('{"A": "NOWHERE"}')).toThrow(
      'failed reading secret-mapping config. task=7, mapping={"A": "NOWHERE"}, ' +
        'err=the secret has no key NOWHERE; it has: MYSQL_HOSTNAME, OTHER. Correct the secret mapping of the target',
    );
    expect(() => map('{"A": "constructor"}')).toThrow('the secret has no key constructor');
  });

  it.for(['{', '[]', 'null', '"A"', '{"A": 1}', '{"": "OTHER"}'])('that is %s is malformed', (mapping) => {
    expect(() => map(mapping)).toThrow(
      `failed reading secret-mapping config. task=7, mapping=${mapping}, err=`,
    );
  });

  it('cannot touch the prototype', () => {
    expect(Object.getPrototypeOf(map('{"__proto__": "OTHER"}'))).toBe(Object.prototype);
  });
});
