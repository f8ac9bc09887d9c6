import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DockerImageAssetLocation,
  type DockerImageAssetSource,
  type FileAssetLocation,
  type FileAssetSource,
  type ISynthesisSession,
  StackSynthesizer,
} from 'aws-cdk-lib';
import { withPlainDependencies } from './plain-dependencies.ts';

/** Where a template finds the code of its functions and its images. */
export interface Places {
  /** The bucket with the functions; CloudFormation fills in `${AWS::Region}` and the like. */
  readonly bucket: string;
  /** Keeps the code of a function, a folder in the output of CDK, and says by which key the bucket has it. */
  keep(name: string, folder: string): string;
  /** Notes that the image of a family is not given, and the tag by which it is looked for. */
  need(family: string, tag: string): void;
}

/** In the account and the region in which the stack is made. */
export const imageRepository = 'runops-agent';

/**
 * Makes a template that needs nothing of CDK's in an account: no bootstrap, no roles, no bucket but the one with the
 * functions. An image that is not given is one of the account's own repository, tagged by what it is built of.
 */
export class PlainSynthesizer extends StackSynthesizer {
  private readonly places: Places;

  constructor(places: Places) {
    super();
    this.places = places;
  }

  override addFileAsset({ fileName, displayName }: FileAssetSource): FileAssetLocation {
    if (fileName === undefined || displayName === undefined) {
      throw new TypeError('CDK has made a file without a name.');
    }
    return this.cloudFormationLocationFromFileAsset({
      bucketName: this.places.bucket,
      objectKey: this.places.keep(displayName, fileName),
    });
  }

  override addDockerImageAsset(asset: DockerImageAssetSource): DockerImageAssetLocation {
    const family = asset.dockerBuildArgs?.FAMILY;
    if (family === undefined) throw new TypeError('CDK has made an image of no family.');
    const imageTag = `${family}-${asset.sourceHash}`;
    this.places.need(family, imageTag);
    return this.cloudFormationLocationFromDockerImageAsset({ repositoryName: imageRepository, imageTag });
  }

  override synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    const file = join(session.assembly.outdir, this.boundStack.templateFile);
    const template = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(withPlainDependencies(template), null, 1));
    this.emitArtifact(session);
  }
}
