import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Emulator } from '../../support/emulator.ts';

/** The credentials of task roles, at the paths where the containers look for them. */
export interface TaskCredentials {
  /** `url` is what the container was told. */
  give(url: string, role: string): void;
  /** The document, or undefined where nobody was given any. */
  at(path: string): Promise<string | undefined>;
}

export function taskCredentials(emulator: Emulator): TaskCredentials {
  const sts = new STSClient(emulator.clientOptions);
  const roles = new Map<string, string>();
  return {
    give: (url, role) => void roles.set(new URL(url).pathname, role),
    async at(path) {
      const RoleArn = roles.get(path);
      if (!RoleArn) return undefined;
      const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: path.split('/').at(-1) ?? '' });
      const { Credentials: given } = await sts.send(assume);
      return JSON.stringify({
        RoleArn,
        AccessKeyId: given?.AccessKeyId,
        SecretAccessKey: given?.SecretAccessKey,
        Token: given?.SessionToken,
        Expiration: given?.Expiration,
      });
    },
  };
}
