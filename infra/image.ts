import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import { AgentError } from '../core/errors.ts';
import { findType, taskTypes } from '../core/task-types.ts';
import { builtFile, packageFolder, packageVersion } from './package-files.ts';
import type { CpuArchitecture } from './runops-agent-props.ts';

/** An image as a task definition names it. */
export interface Image {
  readonly name: string;
  /** The repository in ECR that it is pulled from; undefined when it is elsewhere, for everybody to pull. */
  readonly repositoryArn: string | undefined;
}

/** The families that the types of this version need. A task that runs in a service of the customer needs none. */
export const families: readonly string[] = [...new Set(Object.values(taskTypes).map(({ image }) => image))]
  .filter((family) => family !== 'service')
  .sort();

/** The types that run with these families. */
export function typesOf(deployed: readonly string[]): string[] {
  return Object.keys(taskTypes).filter((type) => deployed.includes(findType(type).image));
}

/**
 * The images, by their families: those that are given, and those that are built at deployment.
 * @throws AgentError `config-invalid`.
 */
export function imagesOf(
  scope: Construct,
  given: Readonly<Record<string, string | undefined>>,
  architecture: CpuArchitecture,
): Map<string, Image> {
  const unknown = Object.keys(given).find((family) => !families.includes(family));
  if (unknown !== undefined) {
    throw invalid(
      `There is no image family "${unknown}". There are: ${families.join(', ')}. Correct images.`,
    );
  }
  return new Map(
    families.flatMap((family): [string, Image][] => {
      const name = given[family];
      if (name !== undefined) return [[family, givenImage(scope, family, name)]];
      return canBeBuilt(family) ? [[family, builtImage(scope, family, architecture)]] : [];
    }),
  );
}

/** By its digest, so that nobody changes what runs without a deployment. */
function givenImage(scope: Construct, family: string, name: string): Image {
  if (!/^[^\s@]+@sha256:[0-9a-f]{64}$/.test(name)) {
    throw invalid(
      `The image of ${family} is "${name}", without a digest. Name it like name@sha256:… ` +
        '(docker buildx imagetools inspect shows the digest).',
    );
  }
  const ecr = /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?\/([^@:]+)/.exec(name);
  if (!ecr) return { name, repositoryArn: undefined };
  const [, account = '', region = '', repository = ''] = ecr;
  const arn = { service: 'ecr', account, region, resource: 'repository', resourceName: repository };
  return { name, repositoryArn: Stack.of(scope).formatArn(arn) };
}

/** Types of other families are offered when an image of them is given. */
/** Whether it has a folder, and there is in it what the build takes from this machine: docs/images.md. */
function canBeBuilt(family: string): boolean {
  const folder = join(packageFolder, 'containers/images', family);
  if (!existsSync(join(folder, 'packages'))) return false;
  const needs = join(folder, 'needs');
  return !existsSync(needs) || existsSync(join(folder, readFileSync(needs, 'utf8').trim()));
}

function builtImage(scope: Construct, family: string, architecture: CpuArchitecture): Image {
  builtFile('dist/runner.mjs');
  const asset = new DockerImageAsset(scope, `Image-${family}`, {
    directory: packageFolder,
    file: 'containers/images/family.Dockerfile',
    // Of another image: what does not belong to this one must not change it.
    exclude: [
      ...['dist/agent.mjs', 'dist/agent-parts', 'containers/images/agent', 'containers/images/base'],
      ...families.filter((other) => other !== family).map((other) => `containers/images/${other}`),
    ],
    buildArgs: { FAMILY: family, VERSION: packageVersion },
    platform: architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
  });
  return { name: asset.imageUri, repositoryArn: asset.repository.repositoryArn };
}

function invalid(message: string): AgentError {
  return new AgentError('config-invalid', message);
}
