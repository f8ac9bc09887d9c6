/**
 * Every limit of the agent, in one place, with its unit in its name. A deployment may change those that
 * `core/policy.ts` names; the rest are properties of the design.
 */
export const limits = {
  /** From the claim to the start of the command. After it the task never starts. */
  startSeconds: 900,
  /** How long a command may run unless the policy says otherwise. */
  runSeconds: 3600,
  /** From SIGTERM to SIGKILL. */
  stopGraceSeconds: 10,
  /** How long after its run deadline an execution without a result counts as lost. */
  lostGraceSeconds: 60,
  /** Raw output of one execution, both streams together. What is beyond is cut, and the result says so. */
  outputBytes: 100 * 1024 * 1024,
  /** One part of the raw output in the ledger. */
  outputPartBytes: 1024 * 1024,
  /** How long output may wait in the runner before it becomes a part. */
  outputPartMilliseconds: 250,
  /** Of the redacted log in the body of the result; the whole log is in the log store and at the upload URL. */
  inlineLogCharacters: 1024 * 1024,
  /** How long an output may wait for its redaction before it is withheld. */
  redactionSeconds: 900,
  /** How often dispatching one execution may be tried. */
  dispatchAttempts: 50,
  /** One script, as UTF-8. */
  scriptBytes: 64 * 1024 * 1024,
  /** One answer of the API. */
  responseBytes: 256 * 1024 * 1024,
} as const;
