import { defineConfig } from 'vitest/config';
import { skipNothing } from './test/support/skip-nothing.ts';

/** `npm test` runs the first project; the second builds container images and takes longer: `npm run test:images`. */
export default defineConfig({
  test: {
    reporters: ['default', ...(process.env.RUNOPS_SKIP_NOTHING ? [skipNothing] : [])],
    globalSetup: 'test/support/build-bundles.ts',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { shuffle: { tests: true } },
    projects: [
      { extends: true, test: { name: 'main', include: ['test/**/*.test.ts'], exclude: ['test/images/**'] } },
      { extends: true, test: { name: 'images', include: ['test/images/**/*.test.ts'] } },
    ],
  },
});
