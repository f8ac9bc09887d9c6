import { docker } from '../../images/docker.ts';

/**
 * Where a Fargate container finds its credentials, and the one address besides loopback that the SDK takes them from
 * over plain HTTP: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export const awsAddress = '169.254.170.2';

const name = 'runops-deployed';

/** A network for the containers, on which this machine is `awsAddress`. Close it after the containers are gone. */
export async function startContainerNetwork(): Promise<{ name: string; close(): Promise<void> }> {
  // Of an earlier run that was killed.
  await removeNetwork();
  const subnet = ['--subnet', '169.254.170.0/24', '--gateway', awsAddress];
  const { exitCode, stderr } = await docker('network', 'create', ...subnet, name);
  if (exitCode !== 0) throw new Error(`docker network create ${name}: ${stderr}`);
  return {
    name,
    async close() {
      const removed = await removeNetwork();
      if (removed.exitCode !== 0) throw new Error(`docker network rm ${name}: ${removed.stderr}`);
    },
  };
}

/** With the containers that are still on it: nobody else's are. */
async function removeNetwork() {
  const { stdout } = await docker('ps', '--all', '--quiet', '--filter', `network=${name}`);
  const left = stdout.split('\n').filter(Boolean);
  if (left.length > 0) await docker('rm', '--force', '--volumes', ...left);
  return docker('network', 'rm', name);
}
