/** A guard in the sources, and how the code looks without it. */
export interface Mutant {
  name: string;
  file: string;
  guard: string;
  without: string;
}

/** Every one of these guards keeps a promise, so the simulation must find each one missing. */
export const mutants: readonly Mutant[] = [
  {
    name: 'the claim is not permanent',
    file: 'core/execution.ts',
    guard: "name === 'started' ||",
    without: '',
  },
  {
    name: 'the report is not remembered',
    file: 'core/execution.ts',
    guard: "name === 'reported' ||",
    without: '',
  },
  {
    name: 'a refusal is not remembered',
    file: 'functions/dispatcher/dispatch.ts',
    guard: "  if (isFirst) await ledger.create(id, 'refused', { refusedAt: clock.now() });\n",
    without: '',
  },
  {
    name: 'the runner starts without the claim',
    file: 'containers/runner/run.ts',
    guard: "  return ledger.create(id, 'started', { by: 'runner', launchId, startedAt, imageDigest });\n",
    without: "  await ledger.create(id, 'started', { by: 'runner', launchId, startedAt });\n  return true;\n",
  },
  {
    name: 'the lock is skipped',
    file: 'functions/dispatcher/dispatch.ts',
    guard: 'await controlPlane.lock(taskId, trace);',
    without: "{ outcome: 'granted', uploadUrl: null };",
  },
  {
    name: 'a lock without an answer counts as granted',
    file: 'functions/dispatcher/dispatch.ts',
    guard: "if (lock.outcome === 'granted') {",
    without: "if (lock.outcome !== 'refused') { lock.uploadUrl ??= null;",
  },
  {
    name: 'a lock whose answer was lost is forgotten',
    file: 'functions/dispatcher/dispatch.ts',
    guard: "lock.outcome === 'refused' && attempt === 1",
    without: 'true',
  },
  {
    name: 'the runner ignores the start deadline',
    file: 'containers/runner/run.ts',
    guard: '  if (startedAt >= spec.startBefore) return refuse(runner, id, spec);\n',
    without: '',
  },
  {
    name: 'the start deadline ignores the token',
    file: 'core/specify.ts',
    guard: 'Math.min(startDeadline, user?.expiresAt ?? startDeadline)',
    without: 'startDeadline',
  },
  {
    name: 'the start deadline begins anew with each attempt',
    file: 'core/specify.ts',
    guard: 'lockedAt + rules.startSeconds * 1000',
    without: 'guard.clock.now() + rules.startSeconds * 1000',
  },
  {
    name: 'nobody verifies the user',
    file: 'core/specify.ts',
    guard: 'await guard.verifyIdentity?.(task.token, task.user_email)',
    without: 'undefined',
  },
  {
    name: 'a kill ends what is not ours',
    file: 'functions/dispatcher/kill.ts',
    guard: "if (!(await ledger.read(id, 'lock'))) return;",
    without: "if (!(await ledger.read(id, 'task'))) return;",
  },
  {
    name: 'the result is written before the output',
    file: 'containers/runner/part-writer.ts',
    guard: 'const failure = await failureOf(writing);',
    without: 'const failure = undefined;',
  },
  {
    name: 'the result is reported before its log is stored',
    file: 'functions/reporter/store-redacted.ts',
    guard: 'const stored = await deps.logStore.write(id, log.text());',
    without:
      'deps.logStore.write(id, log.text()).catch(() => {});' +
      "const stored = { bytes: 0, location: '', async *read() {} };",
  },
  {
    name: 'the body is not written down before it is posted',
    file: 'functions/reporter/report.ts',
    guard: "return (await ledger.create(id, 'report', body)) ? body : ledger.read(id, 'report');",
    without: 'return body;',
  },
  {
    name: 'a late reporter posts again',
    file: 'functions/reporter/report.ts',
    guard: "  if (await ledger.read(id, 'reported')) return;\n",
    without: '',
  },
  {
    name: 'a refused result is posted for ever',
    file: 'functions/reporter/report.ts',
    guard: 'if (!(thrown instanceof AgentError) || thrown.retryable) throw thrown;',
    without: 'throw thrown;',
  },
  {
    name: 'no exit code counts as success',
    file: 'functions/reporter/report.ts',
    guard: "result.reason === 'exited' && result.exitCode === 0 &&",
    without: '(result.exitCode ?? 0) === 0 &&',
  },
  {
    name: 'the sweep is blind to what waits',
    file: 'functions/reporter/sweep.ts',
    guard: 'if (!started) return examineWaiting(deps, id);',
    without: 'if (!started) return;',
  },
  {
    name: 'the sweep is blind to what never starts',
    file: 'functions/reporter/sweep.ts',
    guard: "    await ledger.create(id, 'result', started.result);\n    return reports.send(id);\n",
    without: '    return;\n',
  },
  {
    name: 'the sweep is blind to what ended',
    file: 'functions/reporter/sweep.ts',
    guard: "if (await ledger.read(id, 'result')) return reports.send(id);",
    without: "if (await ledger.read(id, 'result')) return;",
  },
  {
    name: 'the sweep is blind to dead runners',
    file: 'functions/reporter/sweep.ts',
    guard: '  if (state.running) {\n    const spec',
    without: '  if (true) {\n    const spec',
  },
  {
    name: 'the sweep is blind to what is reported',
    file: 'functions/reporter/sweep.ts',
    guard: 'if (reported) return retire(deps, id, reported.reportedAt);',
    without: 'if (reported) return;',
  },
  {
    name: 'the run deadline is not enforced from outside',
    file: 'functions/reporter/sweep.ts',
    guard: 'if (isOverdue || (await',
    without: 'if ((await',
  },
  {
    name: 'the start deadline is not enforced from outside',
    file: 'functions/reporter/sweep.ts',
    guard: 'if (await startIsOver(deps, id)) return;',
    without: '',
  },
  {
    name: 'attempts have no limit',
    file: 'core/claim.ts',
    guard: 'attempt <= limits.dispatchAttempts',
    without: 'true',
  },
  {
    name: 'the daily limit is not asked',
    file: 'functions/dispatcher/dispatch.ts',
    guard: '  if (await isHeld(deps, id, task)) return;\n',
    without: '',
  },
  {
    name: 'two at once slip over the daily limit',
    file: 'functions/dispatcher/daily-limit.ts',
    guard: 'if (vcpuSecondsOf(entries) <= limit) return true;',
    without: 'return true;',
  },
  {
    name: 'what a task may use is not reserved',
    file: 'functions/dispatcher/daily-limit.ts',
    guard: '  await usage.add(day, reservation);\n',
    without: '',
  },
  {
    name: 'a reservation is over before its container is',
    file: 'functions/reporter/settle-usage.ts',
    guard: "started?.by === 'runner' && started.launchId === container.taskArn",
    without: 'true',
  },
  {
    name: 'secrets are not masked',
    file: 'containers/runner/prepare.ts',
    guard: 'stderr: [maskSecrets(values)]',
    without: 'stderr: []',
  },
  {
    name: 'the output is not redacted',
    file: 'functions/reporter/store-redacted.ts',
    guard: 'isRedacted ? deps.redactor : deps.unredacted',
    without: 'deps.unredacted',
  },
  {
    name: 'a launch is written down before its decision is audited',
    file: 'functions/dispatcher/dispatch.ts',
    guard:
      '  if (!isAudited) await auditAllowed(deps, id, spec);\n' +
      "  const isFirst = await ledger.create(id, 'launching', request);\n",
    without:
      "  const isFirst = await ledger.create(id, 'launching', request);\n" +
      '  if (!isAudited) await auditAllowed(deps, id, spec);\n',
  },
  {
    name: 'a trail that cannot be written stops nothing',
    file: 'functions/dispatcher/dispatch.ts',
    guard: 'if (!isAudited) await auditAllowed(deps, id, spec);',
    without: 'if (!isAudited) await auditAllowed(deps, id, spec).catch(() => {});',
  },
  {
    name: 'an execution is closed before its end is audited',
    file: 'functions/reporter/report.ts',
    guard: '  await auditEnd(deps, id);\n',
    without: '  await auditEnd(deps, id).catch(() => {});\n',
  },
  {
    name: 'the sweep closes what is not audited',
    file: 'functions/reporter/sweep.ts',
    guard: "  if (isAudited && !(await ledger.read(id, 'audited'))) return reports.send(id);\n",
    without: '',
  },
  {
    name: 'an end is audited from what a close has left',
    file: 'functions/reporter/audit-end.ts',
    guard: "if (!record || (await ledger.read(id, 'audited'))) return;",
    without: 'if (!record) return;',
  },
  {
    name: 'a poller remembers for ever',
    file: 'functions/poller/poll.ts',
    guard: 'if (!listed.has(id)) seen.delete(id);',
    without: 'seen.add(`${id}+`);',
  },
];
