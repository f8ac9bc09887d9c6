import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import {
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Emulator } from '../../support/emulator.ts';
import { formCall, jsonCall, signedFetch } from '../aws/signed-fetch.ts';
import type { Place } from './find-planted.ts';

/** All that the account holds and somebody could read, but for the raw output and the values of secrets. */
export async function* everythingHeld(emulator: Emulator, rawOutputBucket: string): AsyncGenerator<Place> {
  yield* objects(emulator, rawOutputBucket);
  yield* ecsResources(emulator);
  yield* logs(emulator);
  yield* stacks(emulator);
  yield* functionsAndRules(emulator);
  const messages = await fetch(`${emulator.endpoint}/_ministack/sqs/messages`);
  yield { place: 'the messages of all queues', text: await messages.text() };
  const secrets = await new SecretsManagerClient(emulator.clientOptions).send(new ListSecretsCommand({}));
  yield { place: 'the list of secrets', text: JSON.stringify(secrets.SecretList) };
}

/** Of every version, also of those that were deleted. */
async function* objects(emulator: Emulator, rawOutputBucket: string): AsyncGenerator<Place> {
  const s3 = new S3Client(emulator.clientOptions);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  for (const { Name: Bucket } of Buckets) {
    if (!Bucket || Bucket === rawOutputBucket) continue;
    let KeyMarker: string | undefined;
    let VersionIdMarker: string | undefined;
    do {
      const page = await s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
      for (const { Key, VersionId } of page.Versions ?? []) {
        const version = VersionId && VersionId !== 'null' ? { VersionId } : {};
        const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket, Key, ...version }));
        const text = (await Body?.transformToString('latin1')) ?? '';
        yield { place: `s3://${Bucket}/${Key}`, text: `${Key} ${JSON.stringify(Metadata)} ${text}` };
      }
      KeyMarker = page.NextKeyMarker;
      VersionIdMarker = page.NextVersionIdMarker;
    } while (KeyMarker);
  }
}

async function* ecsResources(emulator: Emulator): AsyncGenerator<Place> {
  const ecs = new ECSClient(emulator.clientOptions);
  const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({}));
  for (const taskDefinition of taskDefinitionArns) {
    const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    yield { place: taskDefinition, text: JSON.stringify(described.taskDefinition) };
  }
  const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
  for (const cluster of clusterArns) {
    for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
      const { taskArns: tasks = [] } = await ecs.send(new ListTasksCommand({ cluster, desiredStatus }));
      if (tasks.length === 0) continue;
      const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks, include: ['TAGS'] }));
      for (const task of described.tasks ?? [])
        yield { place: task.taskArn ?? '', text: JSON.stringify(task) };
    }
  }
}

async function* logs(emulator: Emulator): AsyncGenerator<Place> {
  const call = <T>(name: string, input: object) =>
    jsonCall<T>(emulator, 'logs', `Logs_20140328.${name}`, input);
  const { logGroups } = await call<{ logGroups: { logGroupName: string }[] }>('DescribeLogGroups', {});
  for (const { logGroupName } of logGroups) {
    let nextToken: string | undefined;
    do {
      const page = await call<{ events: { message: string }[]; nextToken?: string }>('FilterLogEvents', {
        logGroupName,
        ...(nextToken && { nextToken }),
      });
      // Line by line, and whole: a value may be broken over two events.
      const lines = page.events.map(({ message }) => message);
      yield { place: `the log ${logGroupName}`, text: `${lines.join('\n')}\n${lines.join('')}` };
      nextToken = page.nextToken;
    } while (nextToken);
  }
}

async function* stacks(emulator: Emulator): AsyncGenerator<Place> {
  const call = (Action: string, input: Record<string, string> = {}) =>
    formCall(emulator, 'cloudformation', { Action, Version: '2010-05-15', ...input });
  const described = await call('DescribeStacks');
  yield { place: 'the stacks with their outputs', text: described };
  for (const [, StackName = ''] of described.matchAll(/<StackName>([^<]+)<\/StackName>/g)) {
    for (const action of ['DescribeStackEvents', 'DescribeStackResources', 'GetTemplate']) {
      yield { place: `${action} of ${StackName}`, text: await call(action, { StackName }) };
    }
  }
}

async function* functionsAndRules(emulator: Emulator): AsyncGenerator<Place> {
  const list = (service: string, path: string) => signedFetch(emulator, { service, method: 'GET', path });
  yield {
    place: 'the functions with their environments',
    text: await list('lambda', '/2015-03-31/functions'),
  };
  yield { place: 'the schedules', text: await list('scheduler', '/schedules') };
  const rules = await jsonCall(emulator, 'events', 'AWSEvents.ListRules', {});
  yield { place: 'the rules of EventBridge', text: JSON.stringify(rules) };
}
