import { Signer } from '@aws-sdk/rds-signer';
import { AgentError } from '../../core/errors.ts';
import type { DatabaseToken } from '../../core/integrations/iam-login.ts';
import type { AwsAccess } from '../secrets/aws-access.ts';

/**
 * Tokens for a login to RDS, signed on this machine without a call to AWS, with the credentials of the execution or
 * those that the SDK finds.
 */
export function rdsToken(access: Pick<AwsAccess, 'credentials'>): DatabaseToken {
  return async ({ host, port, user, region }) => {
    try {
      return await new Signer({ ...access, hostname: host, port, username: user, region }).getAuthToken();
    } catch (cause) {
      throw new AgentError(
        'secrets-invalid',
        `No token could be signed for the login of ${user} to ${host}: there are no valid AWS credentials. Give this ` +
          'process a role that may rds-db:connect, or let the target log in with a password.',
        { cause },
      );
    }
  };
}
