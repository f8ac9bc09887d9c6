import type { LogStore } from '../../core/ports.ts';
import { lazyLogStore } from './lazy-ports.ts';

interface DeployedLogStore {
  LOG_BUCKET: string;
  AWS_ENDPOINT_URL?: string | undefined;
}

export function deployedLogStore(env: DeployedLogStore, region: string): LogStore {
  return lazyLogStore(async () => {
    const [{ s3Client }, { s3LogStore }] = await Promise.all([
      import('./s3-client.ts'),
      import('./log-store.ts'),
    ]);
    return s3LogStore({ s3: s3Client(env.AWS_ENDPOINT_URL), bucket: env.LOG_BUCKET, region });
  });
}
