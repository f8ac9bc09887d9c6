import { CloudWatchClient, DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { ECSClient, ListClustersCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, ListEventBusesCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Emulator } from '../../support/emulator.ts';
import { formCall, jsonCall, signedFetch } from '../aws/signed-fetch.ts';

/** Everything of the kinds that an agent is made of that there is in the account, a line each: `queue Dispatches-…`. */
export async function inventory(emulator: Emulator): Promise<Set<string>> {
  const found = await Promise.all([compute(emulator), data(emulator), network(emulator), watching(emulator)]);
  return new Set(found.flat());
}

const lines = (kind: string, names: readonly (string | undefined)[] = []) =>
  names.flatMap((name) => (name === undefined ? [] : [`${kind} ${name}`]));

/** A line for each item, by the field that names it. */
function named<Key extends string>(
  kind: string,
  items: readonly { [Name in Key]?: string | undefined }[] | undefined,
  key: Key,
): string[] {
  return lines(
    kind,
    items?.map((item) => item[key]),
  );
}

async function compute(emulator: Emulator): Promise<string[]> {
  const { clientOptions } = emulator;
  const lambda = new LambdaClient(clientOptions);
  const ecs = new ECSClient(clientOptions);
  const { Functions } = await lambda.send(new ListFunctionsCommand({}));
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const { clusterArns } = await ecs.send(new ListClustersCommand({}));
  const active = await ecs.send(new ListTaskDefinitionsCommand({ status: 'ACTIVE' }));
  const { Roles } = await new IAMClient(clientOptions).send(new ListRolesCommand({ MaxItems: 1000 }));
  return [
    ...named('function', Functions, 'FunctionName'),
    ...named('event source mapping', EventSourceMappings, 'UUID'),
    ...lines('cluster', clusterArns),
    ...lines('task definition', active.taskDefinitionArns),
    ...named('role', Roles, 'RoleName'),
  ];
}

interface Described {
  KeyMetadata: { KeyState: string; Description: string };
}

async function data(emulator: Emulator): Promise<string[]> {
  const { clientOptions } = emulator;
  const { Buckets } = await new S3Client(clientOptions).send(new ListBucketsCommand({}));
  const { QueueUrls } = await new SQSClient(clientOptions).send(new ListQueuesCommand({}));
  const secrets = await new SecretsManagerClient(clientOptions).send(new ListSecretsCommand({}));
  const keys = await jsonCall<{ Keys: { KeyId: string }[] }>(emulator, 'kms', 'TrentService.ListKeys', {});
  const used = await Promise.all(
    keys.Keys.map(async ({ KeyId }) => {
      const target = 'TrentService.DescribeKey';
      const { KeyMetadata } = await jsonCall<Described>(emulator, 'kms', target, { KeyId });
      const { KeyState, Description } = KeyMetadata;
      return KeyState === 'PendingDeletion' ? undefined : `${Description} (${KeyId})`;
    }),
  );
  return [
    ...named('bucket', Buckets, 'Name'),
    ...lines('queue', QueueUrls),
    ...named('secret', secrets.SecretList, 'Name'),
    ...lines('key', used),
  ];
}

async function network({ clientOptions }: Emulator): Promise<string[]> {
  const ec2 = new EC2Client(clientOptions);
  const [vpcs, subnets, groups, tables, endpoints, gateways] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({})),
    ec2.send(new DescribeSubnetsCommand({})),
    ec2.send(new DescribeSecurityGroupsCommand({})),
    ec2.send(new DescribeRouteTablesCommand({})),
    ec2.send(new DescribeVpcEndpointsCommand({})),
    ec2.send(new DescribeInternetGatewaysCommand({})),
  ]);
  const open = endpoints.VpcEndpoints?.filter(({ State }) => !/delet/i.test(State ?? ''));
  return [
    ...named('VPC', vpcs.Vpcs, 'VpcId'),
    ...named('subnet', subnets.Subnets, 'SubnetId'),
    ...named('security group', groups.SecurityGroups, 'GroupId'),
    ...named('route table', tables.RouteTables, 'RouteTableId'),
    ...named('endpoint', open, 'VpcEndpointId'),
    ...named('internet gateway', gateways.InternetGateways, 'InternetGatewayId'),
  ];
}

async function watching(emulator: Emulator): Promise<string[]> {
  const { clientOptions } = emulator;
  const events = new EventBridgeClient(clientOptions);
  const cloudwatch = new CloudWatchClient(clientOptions);
  const { Rules } = await events.send(new ListRulesCommand({}));
  const { EventBuses } = await events.send(new ListEventBusesCommand({}));
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({}));
  const { DashboardEntries } = await cloudwatch.send(new ListDashboardsCommand({}));
  const target = 'Logs_20140328.DescribeLogGroups';
  const groups = await jsonCall<{ logGroups: { logGroupName: string }[] }>(emulator, 'logs', target, {});
  const schedules = await signedFetch(emulator, { service: 'scheduler', method: 'GET', path: '/schedules' });
  const topics = await formCall(emulator, 'sns', { Action: 'ListTopics', Version: '2010-03-31' });
  return [
    ...named('rule', Rules, 'Name'),
    ...named('event bus', EventBuses, 'Name'),
    ...named('alarm', MetricAlarms, 'AlarmName'),
    ...named('dashboard', DashboardEntries, 'DashboardName'),
    ...named('log group', groups.logGroups, 'logGroupName'),
    ...lines(
      'schedule',
      JSON.parse(schedules).Schedules.map(({ Name }: { Name: string }) => Name),
    ),
    ...lines(
      'topic',
      [...topics.matchAll(/<TopicArn>([^<]+)/g)].map(([, arn]) => arn),
    ),
  ];
}
