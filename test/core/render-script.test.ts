import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderScript } from '../../core/render-script.ts';

describe('a rendered script', () => {
  it('has the values as they are, in place of every way to write a placeholder', () => {
    const secrets = { KEY: `<&"'> $& $1 {{KEY}}` };
    expect(renderScript('{{KEY}}|{{ KEY }}|{{{KEY}}}|{{&KEY}}|{{& KEY }}', secrets)).toBe(
      Array(5).fill(secrets.KEY).join('|'),
    );
  });

  it.for([
    '{{OTHER}}',
    '{{ .Values.x }}',
    '{{#KEY}}a{{/KEY}}',
    '{{constructor}}',
    '{{KEY',
    '{KEY}',
    '{{a b}}',
  ])('keeps %s, which names no key', (script) => expect(renderScript(script, { KEY: 'value' })).toBe(script));

  it('is the script itself without keys', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}& KEY') }), (script) => {
        expect(renderScript(script, {})).toBe(script);
      }),
    );
  });
});
