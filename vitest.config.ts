import { defineConfig } from 'vitest/config';
import { skipNothing } from './test/support/skip-nothing.ts';

/**
 * `npm test` runs the first project. The others take longer: `npm run test:images` builds container images, and
 * `npm run test:deployed` deploys all of it into an emulated AWS account.
 */
export default defineConfig({
  test: {
    reporters: ['default', ...(process.env.RUNOPS_SKIP_NOTHING ? [skipNothing] : [])],
    globalSetup: 'test/support/build-bundles.ts',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { shuffle: { tests: true } },
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: ['test/images/**', 'test/deployed/**'],
        },
      },
      { extends: true, test: { name: 'images', include: ['test/images/**/*.test.ts'] } },
      // What is deployed is built once, and its scenarios build upon each other.
      {
        extends: true,
        test: {
          name: 'deployed',
          include: ['test/deployed/**/*.test.ts'],
          // One account at a time has the address that containers know.
          fileParallelism: false,
          sequence: { shuffle: false },
        },
      },
    ],
  },
});
