import { packageVersion } from '../package-files.ts';
import { deployedPackages, type LockedPackage, lockedPackages, placeOf } from './lock-file.ts';

/**
 * What is in the functions and in the runner of the images, besides our own code, as CycloneDX 1.6 has it. It holds
 * neither a date nor a number that is made up, so that the same sources make the same text.
 * https://cyclonedx.org/docs/1.6/json/
 */
export function sbom(): object {
  const locked = lockedPackages();
  const deployed = deployedPackages();
  const self = purl('runops-agent-aws', packageVersion);
  const components = [...deployed].map(([place, bundles]) => component(place, bundles, locked[place]));
  const refs = new Map([...deployed.keys()].map((place, index) => [place, components[index]?.purl ?? '']));
  const dependencies = [...refs].map(([place, ref]) => {
    const names = Object.keys(locked[place]?.dependencies ?? {});
    return { ref, dependsOn: known(names.map((name) => refs.get(placeOf(name, place, locked) ?? ''))) };
  });
  const own = Object.keys(locked['']?.dependencies ?? {}).map((name) => refs.get(`node_modules/${name}`));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        ...{ type: 'application', 'bom-ref': self, name: 'runops-agent-aws', version: packageVersion },
        ...{ purl: self, ...licence(locked['']?.license) },
      },
    },
    components: components.sort((a, b) => compare(a.purl, b.purl)),
    dependencies: [{ ref: self, dependsOn: known(own) }, ...dependencies].sort((a, b) =>
      compare(a.ref, b.ref),
    ),
  };
}

function component(place: string, bundles: readonly string[], found: LockedPackage | undefined) {
  if (!found?.version) throw new Error(`${place} is in a bundle and not in package-lock.json. Run npm ci.`);
  const fullName = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const [name = '', group] = fullName.split('/').reverse();
  const ref = purl(fullName, found.version);
  return {
    type: 'library',
    'bom-ref': ref,
    ...(group !== undefined && { group }),
    name,
    version: found.version,
    purl: ref,
    ...licence(found.license),
    ...hashes(found.integrity),
    properties: bundles.map((value) => ({ name: 'runops:bundle', value })),
  };
}

/** https://github.com/package-url/purl-spec: the @ of a scope is written as %40. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** One licence by its SPDX id, or an expression of several. */
function licence(spdx: string | undefined) {
  if (spdx === undefined) return {};
  return { licenses: [/^[\w.+-]+$/.test(spdx) ? { license: { id: spdx } } : { expression: spdx }] };
}

/** What npm has checked the package against. */
function hashes(integrity: string | undefined) {
  const [, base64] = /^sha512-(.+)$/.exec(integrity ?? '') ?? [];
  if (base64 === undefined) return {};
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }] };
}

function known(refs: readonly (string | undefined)[]): string[] {
  return [...new Set(refs.filter((ref) => ref !== undefined))].sort(compare);
}

/** By code units: what is sorted by a language is sorted otherwise elsewhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
