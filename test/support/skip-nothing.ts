import type { Reporter, TestModule } from 'vitest/node';

/**
 * Fails a run that left tests out, where everything they need is said to be there: `RUNOPS_SKIP_NOTHING=1`.
 * `RUNOPS_MAY_SKIP` names those, as a pattern, whose program cannot be had on this machine.
 */
export const skipNothing: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    const mayBe = process.env.RUNOPS_MAY_SKIP ? new RegExp(process.env.RUNOPS_MAY_SKIP) : undefined;
    const wrong = skipped.filter((test) => !mayBe?.test(test));
    if (wrong.length === 0) return;
    process.stderr.write(`These tests were left out, but nothing may be:\n${wrong.join('\n')}\n`);
    process.exitCode = 1;
  },
};
