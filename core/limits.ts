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
  /** How long a withheld output stays where the task ran, so that it can be redacted later. */
  withheldOutputSeconds: 24 * 3600,
  /** How long a result is posted again that the API refuses. What it gives no answer to has no limit. */
  refusedReportSeconds: 24 * 3600,
  /** How long a hook of the deployment may take; both hooks alike. */
  hookSeconds: 10,
  /**
   * A deployment's own test of itself: how long it waits for the report, and how much of that after the end of the
   * command, which is two looks of the sweep and some more; and what its task may take.
   */
  selfTest: {
    waitSeconds: 540,
    reportSeconds: 150,
    startSeconds: 600,
    runSeconds: 60,
    outputBytes: 64 * 1024,
  },
  /** How often dispatching one execution may be tried. */
  dispatchAttempts: 50,
  /** How long a reporter whose result is at the API may take to send a trace. */
  traceMilliseconds: 500,
  /** How long a task is held by the daily limit before it is forgotten; one that is still ready is received anew. */
  heldSeconds: 3 * 24 * 3600,
  /** A reservation of a dispatcher that has died: older than any lives, by whichever clock. */
  abandonedReservationSeconds: 900,
  /** How many executions one sweep looks at, and one poll writes down, at once. */
  executionsAtOnce: 50,
  /** One script, as UTF-8. */
  scriptBytes: 64 * 1024 * 1024,
  /** One list of ready tasks, with their scripts. */
  responseBytes: 256 * 1024 * 1024,
  /** Each call to the API: how often it is tried, how long one try and all of them with their pauses may take. */
  apiCalls: {
    register: { tries: 5, tryMilliseconds: 30_000, totalMilliseconds: 120_000 },
    // The next poll comes soon, so these three give up early.
    readyTasks: { tries: 2, tryMilliseconds: 30_000, totalMilliseconds: 35_000 },
    killRequests: { tries: 1, tryMilliseconds: 10_000, totalMilliseconds: 10_000 },
    progress: { tries: 1, tryMilliseconds: 10_000, totalMilliseconds: 10_000 },
    lock: { tries: 4, tryMilliseconds: 30_000, totalMilliseconds: 90_000 },
    report: { tries: 8, tryMilliseconds: 60_000, totalMilliseconds: 300_000 },
    // Redaction, upload and report have to fit into the 900 s of a Lambda function.
    upload: { tries: 3, tryMilliseconds: 300_000, totalMilliseconds: 360_000 },
    keySet: { tries: 3, tryMilliseconds: 5_000, totalMilliseconds: 12_000 },
  },
  /** Each question to a secret store, and each thing given back to one. */
  secretCalls: {
    read: { tries: 3, tryMilliseconds: 10_000, totalMilliseconds: 30_000 },
    release: { tries: 1, tryMilliseconds: 2_000, totalMilliseconds: 2_000 },
  },
  /** An answer of a secret store. */
  secretBytes: 1024 * 1024,
  /** How long a runner whose result is stored may take to give back what was lent to it. */
  secretReleaseSeconds: 5,
  /** An answer of the API that holds no tasks. */
  shortResponseBytes: 1024 * 1024,
  /** The pause before the second try of a call is up to this long, and doubles with each further one … */
  backoffMilliseconds: 500,
  /** … up to this long. */
  backoffMillisecondsMax: 20_000,
  /** What the API may ask us to wait with `Retry-After`. */
  retryAfterMillisecondsMax: 60_000,
  /** How long an upload may stand still. */
  uploadStallMilliseconds: 60_000,
  /** What the API may set as the pause between two polls. */
  pollIntervalMillisecondsMax: 60_000,
  /** A user's token. */
  tokenCharacters: 16 * 1024,
  /** How far the clocks of the token's issuer and the agent may differ. An expiry is exact all the same. */
  tokenSkewSeconds: 60,
  /** The answer of the key server. */
  keySetBytes: 1024 * 1024,
  /** After this the keys are fetched again, so that withdrawn ones go. */
  keySetSeconds: 600,
  /** Between two fetches of the keys, so that bad tokens cannot make us flood the key server. */
  keySetCooldownSeconds: 15,
} as const;
