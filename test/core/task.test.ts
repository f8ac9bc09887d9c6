import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOf, parseTask } from '../../core/task.ts';

const full = {
  id: 97803,
  type: 'postgres',
  script: 'select version()',
  redact: 'all',
  target: 'read-db',
  description: null,
  user_email: 'user@example.com',
  user_groups: 'admin,operations',
  secret_provider: 'aws',
  secret_path: 'prod/pg',
  secret_mapping: '{"PG_HOST":"PG_HOSTNAME"}',
  config: null,
  custom_command: null,
  hooks: null,
  token: 'a.b.c',
};

describe('a task', () => {
  test('is read as the API writes it', () => {
    expect(parseTask(full)).toEqual(full);
  });

  test('may have its keys in kebab-case', () => {
    const kebab = Object.fromEntries(
      Object.entries(full).map(([key, value]) => [key.replaceAll('_', '-'), value]),
    );
    expect(parseTask(kebab)).toEqual(full);
  });

  test('needs only an id and a type; what is missing is null, and the script empty', () => {
    const task = parseTask({ id: 1, type: 'bash' });
    expect(task).toMatchObject({ script: '', target: null, redact: null, token: null, hooks: null });
    expect(Object.keys(task).sort()).toEqual(Object.keys(full).sort());
  });

  test('may have keys that we do not know, which do not come through', () => {
    const task = parseTask({ ...full, 'x-b3-trace-id': 'abc', __proto__: { polluted: true } });
    expect(task).toEqual(full);
    expect(task).not.toHaveProperty('polluted');
  });

  test('keeps an id of text, and a script of null is empty', () => {
    expect(parseTask({ id: 'task-1', type: 'bash', script: null })).toMatchObject({
      id: 'task-1',
      script: '',
    });
  });

  test('that is bad is refused with every bad field, and never with a value', () => {
    const secret = 's3cret-value';
    const bad = { id: 1, type: '', config: { PASSWORD: secret }, token: [secret], script: 5 };
    const refuse = () => parseTask(bad);
    expect(refuse).toThrow(expect.objectContaining({ code: 'task-invalid', retryable: false }));
    for (const field of ['type', 'config', 'token', 'script']) expect(refuse).toThrow(`${field}:`);
    expect(refuse).not.toThrow(secret);
  });

  test.each([null, undefined, 'text', 5, [], [full], true])('is not %j', (input) => {
    expect(() => parseTask(input)).toThrow(expect.objectContaining({ code: 'task-invalid' }));
  });
});

describe('an id', () => {
  test.each([1, 0, -5, 97803, 'a', 'A-1.b_c', '0'.repeat(64)])('may be %j', (id) => {
    expect(idOf({ id })).toBe(id);
    expect(parseTask({ id, type: 'bash' }).id).toBe(id);
  });

  test.each([
    1.5,
    Number.NaN,
    2 ** 53,
    null,
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a b',
    'a\n',
    'ü',
    '-x',
    '0'.repeat(65),
    {},
    [1],
  ])('may not be %j', (id) => {
    expect(idOf({ id })).toBeUndefined();
    expect(() => parseTask({ id, type: 'bash' })).toThrow('id:');
  });

  test('is found in what is no task otherwise', () => {
    expect(idOf({ id: 7, type: 5 })).toBe(7);
    for (const input of [null, undefined, 'x', 7, [], [{ id: 7 }]]) expect(idOf(input)).toBeUndefined();
  });

  test('never escapes a folder, whatever the API sends', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer(), fc.double(), fc.anything()), (id) => {
        const found = idOf({ id });
        expect(found === undefined || /^(-?\d+|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/.test(String(found))).toBe(
          true,
        );
      }),
    );
  });
});

test('parsing throws nothing but task-invalid', () => {
  fc.assert(
    fc.property(fc.anything(), (input) => {
      try {
        parseTask(input);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'task-invalid' });
      }
    }),
  );
});
