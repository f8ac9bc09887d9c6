import * as z from 'zod/mini';

const filled = z.string().check(z.minLength(1));
const count = z.int().check(z.positive());
/** CloudWatch looks at an alarm's last day at most. */
const minutes = z.int().check(z.gte(1), z.lte(1440));

/** What `runops-agent.json` may say about monitoring. */
export const monitoringSettings = z.union([
  z.literal(false),
  z.strictObject({
    alarmTopic: z.exactOptional(
      z.string().check(z.regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'must be the ARN of a topic of SNS')),
    ),
    email: z.exactOptional(z.email()),
    slack: z.exactOptional(
      z.strictObject({
        workspaceId: z.string().check(z.regex(/^[0-9A-Z]{1,255}$/, 'must look like T0123ABCD')),
        channelId: z.string().check(z.regex(/^[A-Za-z0-9]{1,255}$/, 'must look like C0123ABCD')),
      }),
    ),
    runbooks: z.exactOptional(filled),
    thresholds: z.exactOptional(
      z.strictObject({
        silentMinutes: z.exactOptional(minutes),
        apiErrorMinutes: z.exactOptional(minutes),
        waitSeconds: z.exactOptional(count),
        reportWaitSeconds: z.exactOptional(count),
        startFailures: z.exactOptional(count),
        lostExecutions: z.exactOptional(count),
        identityRejections: z.exactOptional(count),
        functionErrors: z.exactOptional(count),
        quotaPercent: z.exactOptional(z.number().check(z.gt(0), z.lte(100))),
        dailyDollars: z.exactOptional(z.number().check(z.positive())),
      }),
    ),
  }),
]);
