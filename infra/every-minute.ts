import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { allow, roleWith } from './permissions.ts';

export interface EveryMinuteProps {
  readonly call: IFunction;
  readonly description: string;
}

/** Calls a function each minute. A call that fails is not made up for: the next one comes soon. */
export class EveryMinute extends Construct {
  readonly schedule: CfnSchedule;

  constructor(scope: Construct, id: string, { call, description }: EveryMinuteProps) {
    super(scope, id);
    const role = roleWith(this, 'Role', {
      description: `Runops agent: the schedule of ${call.node.scope?.node.id}`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      permissions: [allow(['lambda:InvokeFunction'], [call.functionArn])],
    });
    this.schedule = new CfnSchedule(this, 'Schedule', {
      description,
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: call.functionArn,
        roleArn: role.roleArn,
        // Without these, Scheduler tries for a day:
        // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
  }
}
