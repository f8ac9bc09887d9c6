/** When the alarms go off. Each default has its reason in `alarm-table.ts`, and in the description of its alarm. */
export interface AlarmThresholds {
  /**
   * Minutes without a poll that the API answered.
   * @default 5
   */
  readonly silentMinutes?: number;
  /**
   * Minutes in a row, each with a call to the API that failed.
   * @default 5
   */
  readonly apiErrorMinutes?: number;
  /**
   * How long a task, or a wish to kill one, waits in its queue, in seconds.
   * @default 300
   */
  readonly waitSeconds?: number;
  /**
   * How long a result waits for its report, in seconds.
   * @default 1200
   */
  readonly reportWaitSeconds?: number;
  /**
   * Tasks an hour that could not be started.
   * @default 2
   */
  readonly startFailures?: number;
  /**
   * Containers an hour that ended without a result.
   * @default 3
   */
  readonly lostExecutions?: number;
  /**
   * Users' tokens that were not accepted, in a quarter of an hour.
   * @default 5
   */
  readonly identityRejections?: number;
  /**
   * Invocations of the functions that failed, in a quarter of an hour.
   * @default 5
   */
  readonly functionErrors?: number;
  /**
   * How much of the account's quota of Fargate vCPUs is in use, in percent.
   * @default 80
   */
  readonly quotaPercent?: number;
  /**
   * What containers cost in a day, in US dollars, at list prices.
   * @default 10
   */
  readonly dailyDollars?: number;
}

export const defaultThresholds: Required<AlarmThresholds> = {
  silentMinutes: 5,
  apiErrorMinutes: 5,
  waitSeconds: 300,
  reportWaitSeconds: 1200,
  startFailures: 2,
  lostExecutions: 3,
  identityRejections: 5,
  functionErrors: 5,
  quotaPercent: 80,
  dailyDollars: 10,
};
