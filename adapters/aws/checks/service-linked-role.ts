import { CreateServiceLinkedRoleCommand, GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { type Finding, ill, well } from '../../../core/finding.ts';
import type { Clock } from '../../../core/ports.ts';
import { ask, askForExisting, looking, NotAnswered } from './look.ts';

const check = 'service-linked role';
const roleName = 'AWSServiceRoleForECS';
const role = `the role ${roleName}`;
const remedy = 'Run: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com';

/** Whether ECS has the role with which it makes network interfaces for containers. */
export function serviceLinkedRole(iam: IAMClient): Promise<Finding[]> {
  return looking(check, async () => [(await exists(iam)) ? there() : missing()]);
}

/**
 * The same, and makes the role where it is missing. AWS makes it for the first cluster too, but tells ECS too late:
 * "Unable to assume the service linked role", https://github.com/aws/aws-cdk/issues/5640. So this one waits.
 */
export function ensureServiceLinkedRole(iam: IAMClient, clock: Clock): Promise<Finding[]> {
  return looking(check, async () => {
    if (await exists(iam)) return [there()];
    try {
      const command = new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' });
      await ask('iam:CreateServiceLinkedRole', role, iam.send(command));
    } catch (thrown) {
      if (!(thrown instanceof NotAnswered)) throw thrown;
      // Somebody else was faster.
      if (/has been taken/.test(thrown.failure.text)) return [there()];
      if (thrown.failure.kind === 'denied') return [missing()];
      throw thrown;
    }
    await clock.sleep(knownToEcsMilliseconds);
    return [well(check, 'ECS had no role for the network of containers; now it has.')];
  });
}

/** IAM tells the services of a new role within seconds. */
const knownToEcsMilliseconds = 15_000;

async function exists(iam: IAMClient): Promise<boolean> {
  const command = new GetRoleCommand({ RoleName: roleName });
  return (await askForExisting('iam:GetRole', role, iam.send(command))) !== undefined;
}

function there(): Finding {
  return well(check, 'ECS has its role for the network of containers.');
}

function missing(): Finding {
  return ill(check, `ECS has no role for the network of containers (${roleName}), so none starts.`, remedy);
}
