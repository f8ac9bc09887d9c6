import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { DescribeTaskDefinitionCommand, type ECSClient, type TaskDefinition } from '@aws-sdk/client-ecs';
import { type Finding, ill, well } from '../../../core/finding.ts';
import type { DoctorClients } from './clients.ts';
import { ask, askForExisting, looking, NotAnswered } from './look.ts';

type Clients = Pick<DoctorClients, 'ecsIn' | 'ecrIn' | 'region'>;

/** Whether the task definition of an image family is there, and its image where it is pulled from. */
export function image(clients: Clients, family: string, taskDefinition: string): Promise<Finding[]> {
  const check = `image of ${family}`;
  return looking(check, async () => {
    const ecs = clients.ecsIn(clients.region);
    const definition = await describe(ecs, taskDefinition);
    const { status, containerDefinitions } = definition ?? {};
    if (status !== 'ACTIVE') {
      const sentence = `The task definition ${taskDefinition} is no longer there, so nothing starts with it.`;
      return [ill(check, sentence, 'Deploy the agent again.')];
    }
    const name = containerDefinitions?.[0]?.image ?? '';
    const place = ecrPlace(name);
    if (!place) return [well(check, `It is ${name}, outside of ECR.`)];
    const { region, ...input } = place;
    const images = clients.ecrIn(region).send(new DescribeImagesCommand(input));
    if (await askForExisting('ecr:DescribeImages', `the repository ${input.repositoryName}`, images)) {
      return [well(check, `It is in ECR, ${input.repositoryName}.`)];
    }
    const remedy = 'Push it again, or deploy the agent again; a lifecycle rule must not expire it.';
    return [ill(check, `ECR has no ${name}, so containers of ${family} do not start.`, remedy)];
  });
}

/** ECS says of one that is gone: ClientException, "Unable to describe task definition". */
async function describe(ecs: ECSClient, taskDefinition: string): Promise<TaskDefinition | undefined> {
  const answer = ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  try {
    const described = await ask(
      'ecs:DescribeTaskDefinition',
      `the task definition ${taskDefinition}`,
      answer,
    );
    return described.taskDefinition;
  } catch (thrown) {
    if (thrown instanceof NotAnswered && thrown.failure.name === 'ClientException') return undefined;
    throw thrown;
  }
}

/** Where an image is in ECR; undefined when it is elsewhere. */
function ecrPlace(name: string) {
  const parts =
    /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?\/([^@:]+)(?:@(sha256:\w+)|:([\w.-]+))?$/.exec(
      name,
    );
  if (!parts) return undefined;
  const [, registryId = '', region = '', repositoryName = '', imageDigest, imageTag] = parts;
  const imageIds = [imageDigest ? { imageDigest } : { imageTag: imageTag ?? 'latest' }];
  return { region, registryId, repositoryName, imageIds };
}
