import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from './client-settings.ts';

let client: S3Client | undefined;

/** The one client of this process. At another `endpoint` than Amazon's own, nobody resolves `bucket.host`. */
export function s3Client(endpoint: string | undefined): S3Client {
  client ??= new S3Client({ ...clientSettings, forcePathStyle: endpoint !== undefined });
  return client;
}
