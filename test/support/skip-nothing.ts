import type { Reporter, TestModule } from 'vitest/node';

/** Fails a run that left tests out, where everything they need is said to be there: `RUNOPS_SKIP_NOTHING=1`. */
export const skipNothing: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    if (skipped.length === 0) return;
    process.stderr.write(`These tests were left out, but nothing may be:\n${skipped.join('\n')}\n`);
    process.exitCode = 1;
  },
};
