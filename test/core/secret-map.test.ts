import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSecretMap } from '../../core/secret-map.ts';

describe('a secret map', () => {
  it('has texts for numbers, booleans and objects, and leaves null out', () => {
    expect(parseSecretMap('{"a":"x","b":5432,"c":true,"d":null,"e":{"f":[1]},"g":""}', 'bad')).toEqual({
      ...{ a: 'x', b: '5432', c: 'true', e: '{"f":[1]}', g: '' },
    });
  });

  it.for(['', 'hidden', '"hidden"', '["hidden"]', 'null', '{"a": hidden}', '"MYSQL_DB": "hidden",'])(
    'is not %j, and the error does not quote it',
    (text) => {
      const attempt = () => parseSecretMap(text, 'Must be a valid JSON object');
      expect(attempt).toThrow(/^Must be a valid JSON object$/);
      expect(attempt).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
    },
  );

  it('gives back every text under every key', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (secret) => {
        expect(Object.entries(parseSecretMap(JSON.stringify(secret), 'bad'))).toEqual(Object.entries(secret));
      }),
    );
  });
});
