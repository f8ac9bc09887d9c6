import { it } from 'vitest';
import { releaseSecrets } from '../../../containers/runner/release-secrets.ts';
import { limits } from '../../../core/limits.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const fetch = async () => ({});

it('ends at once where nothing was lent', async () => {
  await releaseSecrets({ secrets: { fetch }, clock: fakeClock() });
});

it('waits for a store some seconds and no longer', async () => {
  const clock = fakeClock();
  const released = releaseSecrets({ secrets: { fetch, release: () => new Promise(() => {}) }, clock });
  await clock.asleep();
  await clock.advance(limits.secretReleaseSeconds * 1000);
  await released;
});

it('never fails', async () => {
  const release = async () => {
    throw new Error('broken');
  };
  await releaseSecrets({ secrets: { fetch, release }, clock: fakeClock() });
});
