/**
 * Values that must never reach the server: a secret of a target, and personal data of people who do not exist.
 * The scripts print the personal data in pieces that only their output puts together, since a script itself is
 * the server's to know.
 */
export const secret = 'demo-7hK2vQx9LmP4';

export const planted = [
  secret,
  Buffer.from(secret).toString('base64').slice(0, -2),
  'gary.duck@example.com',
  '4111 1111 1111 1111',
  '078-05-1120',
] as const;
