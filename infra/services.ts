import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { taskGroup } from '../adapters/aws/task-group.ts';
import { acknowledge } from './acknowledge.ts';
import type { AgentFunction } from './agent-function.ts';
import type { EncryptionKeys } from './encryption-keys.ts';
import { policyWith, roleWith } from './permissions.ts';
import type { ServiceProps } from './runops-agent-props.ts';
import {
  clustersOf,
  launchPermissions,
  listPermissions,
  manifestPermissions,
  taskPermissions,
} from './service-permissions.ts';
import type { Storage } from './storage.ts';
import { tagsSession } from './target-roles.ts';

export interface ServicesProps {
  readonly services: readonly ServiceProps[];
  readonly agentName: string;
  readonly storage: Storage;
  readonly keys: EncryptionKeys;
  readonly dispatcher: AgentFunction;
  readonly reporter: AgentFunction;
}

/** Lets the agent start fresh tasks of customers' own ECS services: `docs/rails-on-ecs.md`. */
export class Services extends Construct {
  /** What the dispatcher takes on for one execution, and hands to its container. */
  readonly executionRole: Role;

  constructor(scope: Construct, id: string, props: ServicesProps) {
    super(scope, id);
    const { services, storage, keys, dispatcher, reporter } = props;
    this.executionRole = roleWith(this, 'Execution', {
      description: 'Runops agent: one execution in a task of a service, at a time',
      assumedBy: dispatcher.role,
      permissions: manifestPermissions(storage, keys),
    });
    this.executionRole.assumeRolePolicy?.addStatements(tagsSession(dispatcher.role));
    const takesOn = {
      actions: ['sts:AssumeRole', 'sts:TagSession'],
      resources: [this.executionRole.roleArn],
    };
    // Policies of their own, because the roles of the functions must be there before the role that trusts one of them.
    policyWith(this, 'Dispatcher', dispatcher.role, [
      ...launchPermissions(this, services, storage),
      ...taskPermissions(this, services),
      takesOn,
    ]);
    policyWith(this, 'Reporter', reporter.role, [
      ...listPermissions(this, services),
      ...taskPermissions(this, services),
    ]);
    dispatcher.function.addEnvironment('SERVICE_EXECUTION_ROLE', this.executionRole.roleArn);
    reporter.function.addEnvironment('SERVICES', 'true');
    this.wakeReporter(props);
  }

  /** A service of another region has no events here: the sweep of each minute sees what becomes of its tasks. */
  private wakeReporter({ services, agentName, reporter }: ServicesProps): void {
    const here = services.filter(({ region }) => region === undefined);
    if (here.length === 0) return;
    const rule = new Rule(this, 'TaskStopped', {
      description: 'Runops agent: a task of a service has ended, with or without a result',
      targets: [new LambdaFunction(reporter.function)],
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: {
          clusterArn: clustersOf(this, here),
          group: [taskGroup(agentName)],
          lastStatus: ['STOPPED'],
        },
      },
    });
    acknowledge(rule, 'An event that is lost is made up for by the next minute, from what the ledger says.', [
      'Serverless-EventBusDLQ',
    ]);
  }
}
