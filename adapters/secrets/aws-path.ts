import { AgentError } from '../../core/errors.ts';

/** What a target's `secret_path` means to the provider `aws`: `NAME`, `ARN`, `NAME#KEY` or `ARN#KEY`. */
export interface AwsPath {
  /** The secret's name or ARN, with or without the six characters that AWS adds to a name. */
  secretId: string;
  /** The ARN's own region. */
  region: string | undefined;
  /** The key inside the secret's JSON object. */
  key: string | undefined;
}

// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
const arnForm = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\d{12}:secret:[\w/+=.@-]+$/;
const nameForm = /^[\w/+=.@-]{1,512}$/;

/** @throws AgentError `secrets-invalid` for what is neither a name nor an ARN. No name has a `#`, so a key is clear. */
export function parseAwsPath(path: string): AwsPath {
  const [secretId = '', ...rest] = path.split('#');
  const key = rest.length > 0 ? rest.join('#') : undefined;
  const region = arnForm.exec(secretId)?.[1];
  const isSecret = secretId.startsWith('arn:') ? region !== undefined : nameForm.test(secretId);
  if (isSecret && key !== '') return { secretId, region, key };
  throw new AgentError(
    'secrets-invalid',
    `failed to fetch aws secrets: '${path.slice(0, 700)}' is not the name or the ARN of a secret. Write the ` +
      `secret_path ` +
      'of the target like prod/pg, arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/pg, or either with #KEY.',
  );
}
