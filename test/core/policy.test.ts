import { describe, expect, it } from 'vitest';
import { decide, defaultRules, parsePolicy } from '../../core/policy.ts';
import { parseTask } from '../../core/task.ts';

const task = (fields: object = {}) => parseTask({ id: 1, type: 'bash', target: 'shell', ...fields });

describe('a policy', () => {
  it('allows everything safe when there is none', () => {
    expect(decide(task(), parsePolicy(undefined))).toEqual({ allow: true, rules: defaultRules });
    expect(defaultRules).toMatchObject({ renderScript: false, allowUnredacted: false });
  });

  it('lets a target’s own rules go over the defaults of the deployment', () => {
    const policy = parsePolicy('{"runSeconds": 60, "targets": {"shell": {"runSeconds": 5}}}');
    expect(decide(task(), policy)).toMatchObject({ rules: { runSeconds: 5 } });
    expect(decide(task({ target: 'other' }), policy)).toMatchObject({ rules: { runSeconds: 60 } });
    expect(decide(task({ target: null }), policy)).toMatchObject({ rules: { runSeconds: 60 } });
  });

  it('denies a type that is not allowed, and says which are', () => {
    const policy = parsePolicy('{"targets": {"shell": {"types": ["postgres", "mysql"]}}}');
    expect(decide(task(), policy)).toEqual({
      allow: false,
      message: expect.stringContaining('allowed: postgres, mysql'),
    });
  });

  it('denies custom commands where they are not allowed', () => {
    const policy = parsePolicy('{"allowCustomCommand": false}');
    expect(decide(task({ custom_command: 'sh' }), policy)).toMatchObject({ allow: false });
    expect(decide(task(), policy)).toMatchObject({ allow: true });
  });

  it('does not take a target by the name of an object’s own property for one of its rules', () => {
    expect(decide(task({ target: 'constructor' }), parsePolicy('{}'))).toMatchObject({ allow: true });
    expect(decide(task({ target: '__proto__' }), parsePolicy('{}'))).toMatchObject({ allow: true });
  });

  it.each([
    ['not json', /not JSON/],
    ['{"runSecond": 5}', /runSecond/],
    ['{"runSeconds": -1}', /runSeconds/],
    ['{"targets": {"a": {"types": "bash"}}}', /targets\.a\.types/],
  ])('is refused with the field’s name when it is wrong: %s', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(message);
  });
});
