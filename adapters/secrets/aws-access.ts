/** What AWS knows us by, for some time. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** How clients of AWS get in. */
export interface AwsAccess {
  /** The SDK's own chain unless given: variables, files, the role of the container or the machine. */
  credentials?: () => Promise<AwsCredentials>;
}
