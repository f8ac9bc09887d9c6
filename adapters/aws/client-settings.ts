/**
 * For every client of the AWS SDK in a function: a service that does not answer is given up early enough for another
 * try within the same invocation.
 */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
};
