import { docker, startImages } from './docker.ts';

/** Builds the image of a Rails application as a customer has one: `test/deployed/rails-app`. */
export async function buildRailsImage(name = 'runops-rails-app:test'): Promise<string> {
  const { BASE } = await startImages();
  const folder = 'test/deployed/rails-app';
  const built = await docker('build', '--network', 'host', '--build-arg', `BASE=${BASE}`, '-t', name, folder);
  if (built.exitCode !== 0) throw new Error(`docker build of ${folder}: ${built.stdout}${built.stderr}`);
  return name;
}
