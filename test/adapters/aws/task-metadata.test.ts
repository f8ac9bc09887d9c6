import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { containerImageDigest, ecsTaskArn } from '../../../adapters/aws/task-metadata.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type FakeTaskMetadata, startFakeTaskMetadata } from '../../support/fake-task-metadata.ts';

const taskArn = 'arn:aws:ecs:eu-west-1:123456789012:task/runops/0123456789abcdef';

let metadata: FakeTaskMetadata;
beforeEach(async () => {
  metadata = await startFakeTaskMetadata(taskArn);
});
afterEach(() => metadata.close());

// Pauses pass at once, timeouts never.
const read = (uri: string | undefined) =>
  ecsTaskArn({ fetch, clock: fakeClock({ skip: 1999 }), random: () => 0 }, uri);

it('reads the ARN of the task, although the endpoint is not there at once', async () => {
  metadata.fails.push(500, 503);
  expect(await read(metadata.uri)).toBe(taskArn);
});

it('gives up after some tries, and says what was answered', async () => {
  metadata.fails.push(500, 500, 500, 500, 500, 500);
  await expect(read(metadata.uri)).rejects.toThrow(/could not be read: status 500 after 5 tries at http/);
  expect(metadata.fails.splice(0)).toHaveLength(1);
  await expect(read(`${metadata.uri}/nowhere`)).rejects.toThrow(/status 404 after 1 tries/);
});

it.for([undefined, '', 'nowhere'])('says so without an address: %s', async (uri) => {
  await expect(read(uri)).rejects.toThrow(/^ECS_CONTAINER_METADATA_URI_V4 is not set/);
});

const digests = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`] as const;

it.for<[what: string, container: Record<string, string>, found: string | undefined]>([
  ['in the name of its image', { Image: `shell@${digests[0]}`, ImageID: digests[1] }, digests[0]],
  ['as ECS says', { Image: 'shell:latest', ImageID: digests[1] }, digests[1]],
  ['in vain when ECS does not say', { Image: 'shell:latest' }, undefined],
])('finds the digest of what the container runs %s', async ([, container, found]) => {
  const own = await startFakeTaskMetadata(taskArn, container);
  onTestFinished(own.close);
  const http = { fetch, clock: fakeClock({ skip: 1999 }), random: () => 0 };
  expect(await containerImageDigest(http, own.uri)).toBe(found);
  own.fails.push(500);
  expect(await containerImageDigest(http, own.uri)).toBeUndefined();
  expect(await containerImageDigest(http, undefined)).toBeUndefined();
});
