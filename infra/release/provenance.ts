import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { AgentError, messageOf } from '../../core/errors.ts';
import { packageFolder, packageVersion } from '../package-files.ts';
import type { TemplateOptions } from './build-template.ts';
import { sha256 } from './checksums.ts';
import { lockedPackages, lockFilePath } from './lock-file.ts';

/**
 * What the files of a release were made of and by what: a statement of in-toto with the predicate of SLSA. Whoever has
 * the commit makes the same files of it: docs/release.md.
 * https://slsa.dev/spec/v1.0/provenance
 */
export function provenance(
  files: readonly (readonly [name: string, digest: string])[],
  { commit, state }: Repository,
  { bucketPrefix, images = {} }: Pick<TemplateOptions, 'bucketPrefix' | 'images'>,
): object {
  const { esbuild, 'aws-cdk-lib': cdk } = toolVersions('esbuild', 'aws-cdk-lib');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: files.map(([name, digest]) => ({ name, digest: { sha256: digest } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `pkg:npm/runops-agent-aws@${packageVersion}#docs/release.md`,
        externalParameters: { bucket: bucketPrefix ?? null, images },
        internalParameters: {},
        resolvedDependencies: [
          { name: 'repository', digest: { gitCommit: commit }, annotations: { state } },
          { name: 'package-lock.json', digest: { sha256: sha256(readFileSync(lockFilePath)) } },
          { name: 'node', uri: `pkg:generic/node@${process.versions.node}` },
          { name: 'esbuild', uri: `pkg:npm/esbuild@${esbuild}` },
          { name: 'aws-cdk-lib', uri: `pkg:npm/aws-cdk-lib@${cdk}` },
        ],
      },
      runDetails: {
        builder: { id: `pkg:npm/runops-agent-aws@${packageVersion}#infra/release/main.ts` },
      },
    },
  };
}

export interface Repository {
  readonly commit: string;
  /** `changed`: some files are not those of the commit, so that nobody can make the same release of it. */
  readonly state: 'clean' | 'changed';
}

/** @throws AgentError `config-invalid` when this is no clone of the repository. */
export function repository(): Repository {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: packageFolder, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const state = git('status', '--porcelain') === '' ? 'clean' : 'changed';
    return { commit: git('rev-parse', 'HEAD'), state };
  } catch (cause) {
    throw new AgentError(
      'config-invalid',
      `A release is made in a clone of the repository, and git says: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function toolVersions<Name extends string>(...names: Name[]): Partial<Record<Name, string>> {
  const locked = lockedPackages();
  const versions = names.map((name) => [name, locked[`node_modules/${name}`]?.version]);
  return Object.fromEntries(versions);
}
