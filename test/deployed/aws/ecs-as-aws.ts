import type { Emulator } from '../../support/emulator.ts';
import type { Passed } from './forward.ts';
import { signature } from './signed-fetch.ts';

const ownersHeaders = ['authorization', 'x-amz-date', 'x-amz-security-token'];

/**
 * The emulator looks for the cluster, not the task definition, in the policies for RunTask: it gets the calls of ECS
 * from the account's owner, and the recorded ones are held against the roles afterwards.
 */
export function asOwner(
  { clientOptions }: Emulator,
  { method, path, headers }: Passed,
  body: string,
): Passed {
  const kept = headers.filter(([name]) => !ownersHeaders.includes(name.toLowerCase()));
  const host = kept.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
  const url = new URL(path, `http://${host}`);
  const signed = signature(clientOptions, { service: 'ecs', method, url, body });
  return { method, path, headers: [...kept, ...Object.entries(signed)] };
}

/** An image that cannot be pulled has a name of its own in AWS, which the emulator uses for services alone. */
export function inWordsOfAws(text: string): string {
  return text.replace(
    /ResourceInitializationError: unable to pull image or start container: (?=[^"]*images\/create)/g,
    'CannotPullContainerError: ',
  );
}
