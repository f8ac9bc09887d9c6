import { describe, expect, test } from 'vitest';
import { emailOf } from '../../core/identity-email.ts';
import { issuerWithVerifier } from '../support/identity.ts';

describe('with a configured claim', () => {
  test("the token's e-mail must be the task's, in whatever case", () => {
    expect(emailOf({ mail: 'User@Example.com' }, 'mail', 'uSER@example.COM')).toBe('User@Example.com');
    expect(() => emailOf({ mail: 'other@example.com' }, 'mail', 'user@example.com')).toThrow('somebody else');
    expect(() => emailOf({ mail: 'user@example.com' }, 'mail', 'user@example.org')).toThrow('somebody else');
  });

  test('both must be there', () => {
    expect(() => emailOf({}, 'mail', 'user@example.com')).toThrow('no claim mail (JWT_EMAIL_CLAIM)');
    expect(() => emailOf({ mail: null }, 'mail', 'user@example.com')).toThrow('no claim mail');
    expect(() => emailOf({ mail: '' }, 'mail', '')).toThrow('does not say the e-mail');
    expect(() => emailOf({ mail: 'user@example.com' }, 'mail', null)).toThrow('does not say the e-mail');
  });

  test('no other claim counts', () => {
    const payload = { email: 'user@example.com', mail: 'other@example.com' };
    expect(() => emailOf(payload, 'mail', 'user@example.com')).toThrow('somebody else');
    expect(emailOf(payload, 'mail', 'other@example.com')).toBe('other@example.com');
  });

  test.each([[['user@example.com']], [{}], [5], [true]])('a claim of %j is no e-mail', (mail) => {
    expect(() => emailOf({ mail }, 'mail', 'user@example.com')).toThrow('not a text');
  });
});

describe('without a configured claim', () => {
  test.each(['email', 'https://runops.io/email'])('what the token says in %s must agree', (claim) => {
    expect(emailOf({ [claim]: 'user@example.com' }, undefined, 'user@example.com')).toBe('user@example.com');
    expect(() => emailOf({ [claim]: 'other@example.com' }, undefined, 'user@example.com')).toThrow(
      'somebody',
    );
  });

  test('a token that names nobody is good', () => {
    expect(emailOf({ sub: 'user@example.com' }, undefined, 'other@example.com')).toBeNull();
  });

  test("the token's e-mail is the user's when the task names nobody", () => {
    expect(emailOf({ email: 'user@example.com' }, undefined, null)).toBe('user@example.com');
  });
});

test('an e-mail that the issuer did not verify is none', () => {
  const payload = { email: 'user@example.com', email_verified: false };
  expect(() => emailOf(payload, undefined, 'user@example.com')).toThrow('not verified');
  expect(() => emailOf(payload, 'email', 'user@example.com')).toThrow('not verified');
});

test('letters that only look alike are not alike', () => {
  expect(() => emailOf({ email: 'mar\u212A@example.com' }, undefined, 'mark@example.com')).toThrow(
    'somebody',
  );
});

test('the token of another user is rejected, with what to do', async () => {
  const { verify, token } = await issuerWithVerifier({ emailClaim: 'https://runops.io/email' });
  const claims = { 'https://runops.io/email': 'user@example.com' };
  expect(await verify(await token(claims), 'user@example.com')).toMatchObject({ email: 'user@example.com' });
  await expect(verify(await token(claims), 'boss@example.com')).rejects.toMatchObject({
    code: 'identity-rejected',
    message:
      "The user token belongs to somebody else than the task's user. " +
      'Log in with your own account, then run the task again.',
  });
});
