import { ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonCall } from './aws/signed-fetch.ts';
import { containersOf, killContainersOf } from './containers.ts';
import { type DeployedAgent, startDeployedAgent } from './deployed-agent.ts';
import { deployedRoles } from './iam/deployed-roles.ts';
import { judgeCalls } from './iam/judge-calls.ts';
import { familyWithoutImage } from './images.ts';
import { everythingHeld } from './scan/everything-held.ts';
import { findPlanted, type Place } from './scan/find-planted.ts';
import { plantedPersonalData } from './scan/planted.ts';
import { secretPaths } from './targets.ts';
import { familyTasks, shellTask } from './tasks.ts';

const minutes = 60_000;
const personal = plantedPersonalData();
let agent: DeployedAgent;

beforeAll(async () => {
  agent = await startDeployedAgent();
}, 10 * minutes);

afterAll(() => agent?.close(), minutes);

const started = (id: string) =>
  expect.poll(() => agent.witness.startsOf(id), { timeout: 8 * minutes, interval: 200 }).toBe(1);
const startLine = (id: string) => agent.witness.line('bash', id);

describe.concurrent('while much happens at once', { timeout: 12 * minutes }, () => {
  it.for([1, 2, 3, 4])('runs a task of each of the five families, round %i', async (round) => {
    const tasks = familyTasks(`all-${round}`, agent.witness, personal);
    const results = await Promise.all(tasks.map((task) => agent.run(task)));
    expect(results.map(({ id, reason, status }) => ({ id, reason, status }))).toEqual(
      tasks.map(({ id }) => ({ id, reason: 'exited', status: 'success' })),
    );
    for (const { id, logs } of results) {
      expect(logs, `${id}`).toMatch(
        /\[EMAIL_ADDRESS\][\s\S]*\[CREDIT_CARD_NUMBER\][\s\S]*\[US_SOCIAL_SECURITY_NUMBER\]/,
      );
    }
  });

  it('reports a task as lost whose container was killed', async () => {
    const result = agent.run(shellTask('killed-container', `${startLine('killed-container')}; sleep 300`));
    await started('killed-container');
    await killContainersOf('killed-container');
    expect(await result).toMatchObject({ status: 'failure', reason: 'lost' });
    expect((await result).logs).toMatch(
      /was started, but its end is unknown: .*killed.*Check what it did before/,
    );
  });

  it('runs a task once whose message is delivered three times', async () => {
    const result = agent.run(shellTask('thrice', `${startLine('thrice')}; sleep 10; echo done`));
    await started('thrice');
    const sqs = new SQSClient(agent.aws.emulator.clientOptions);
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const QueueUrl = QueueUrls.find((url) => /Dispatches/.test(url) && !/Dead/.test(url));
    const message = {
      QueueUrl,
      MessageBody: JSON.stringify({ executionId: 'thrice' }),
      MessageGroupId: 'thrice',
    };
    for (const MessageDeduplicationId of ['second', 'third']) {
      await sqs.send(new SendMessageCommand({ ...message, MessageDeduplicationId }));
    }
    expect(await result).toMatchObject({ status: 'success', logs: 'done\n' });
    expect(agent.witness.startsOf('thrice')).toBe(1);
  });

  it('runs a task once that ECS starts three times', async ({ expect }) => {
    const result = agent.run(
      shellTask('three-containers', `${startLine('three-containers')}; sleep 10; echo done`),
    );
    await started('three-containers');
    const request = agent.aws.recorder.bodies.find(
      ({ action, body }) => action === 'ecs:RunTask' && body.includes('"three-containers"'),
    );
    const input = JSON.parse(request?.body ?? '');
    const ecs = new ECSClient(agent.aws.emulator.clientOptions);
    for (let n = 0; n < 2; n++) await ecs.send(new RunTaskCommand(input));
    expect(await result).toMatchObject({ status: 'success', logs: 'done\n' });
    await expect
      .poll(() => containersOf('three-containers'), { timeout: minutes, interval: 1000 })
      .toEqual([]);
    expect(agent.witness.startsOf('three-containers')).toBe(1);
  });

  it('ends a task that its user kills', async () => {
    const result = agent.run(shellTask('unwanted', `${startLine('unwanted')}; echo before; sleep 300`));
    await started('unwanted');
    agent.api.requestKill('unwanted');
    expect(await result).toMatchObject({ status: 'failure', reason: 'killed' });
    expect((await result).logs).toMatch(/^before\n/);
  });

  it('takes a script of 10 MB and an output of 50 MB', async () => {
    const padding = `# ${'x'.repeat(97)}\n`.repeat(100_000);
    const output = `yes 'row 42 | shipped | 2026-11-20 10:00:00 | a line of an export' | head -c ${50 * 1024 * 1024}`;
    const result = await agent.run(shellTask('large', `${padding}${startLine('large')}\n${output}`));
    expect(result).toMatchObject({ status: 'success', uploaded: true });
    expect(agent.api.uploadOf('large')?.length).toBeGreaterThanOrEqual(50 * 1024 * 1024);
  });

  it('says which permission is missing for a secret that the role cannot read', async () => {
    const task = { ...shellTask('forbidden', startLine('forbidden')), secret_path: secretPaths.forbidden };
    const result = await agent.run(task);
    expect(result).toMatchObject({ status: 'failure', reason: 'rejected' });
    expect(result.logs).toMatch(/secretsmanager:GetSecretValue/);
    expect(agent.witness.startsOf('forbidden')).toBe(0);
  });

  it('says which types there are for one that it does not know', async () => {
    const result = await agent.run({ ...shellTask('unknown', ''), type: 'cobol' });
    expect(result).toMatchObject({ status: 'failure', reason: 'rejected' });
    expect(result.logs).toMatch(/invalid task type \[cobol\]. This agent runs: bash/);
  });
});

describe('then', { timeout: 4 * minutes }, () => {
  it('reports all the same when the API answers 500 for a while', async () => {
    agent.api.misbehave('ready', { answer: 500, times: 3 });
    agent.api.misbehave('lock', { answer: 500, times: 2 });
    agent.api.misbehave('webhook', { answer: 500, times: 5 });
    const result = await agent.run(shellTask('patient', `${startLine('patient')}; echo done`));
    expect(result).toMatchObject({ status: 'success', logs: 'done\n' });
  });

  it('lets a task end that runs while the stack is updated', async () => {
    const result = agent.run(shellTask('updated', `${startLine('updated')}; sleep 45; echo done`));
    await started('updated');
    await agent.update({ policy: { runSeconds: 200, targets: {} } });
    expect(await result).toMatchObject({ status: 'success', logs: 'done\n' });
    expect(agent.witness.startsOf('updated')).toBe(1);
  });

  it('says so when an image cannot be pulled', async () => {
    const task = { ...shellTask('no-image', 'ls'), type: familyWithoutImage };
    const result = await agent.run(task);
    expect(result).toMatchObject({ status: 'failure', reason: 'lost' });
    expect(result.logs).toMatch(
      /The task was not started: its image does not exist\. Deploy the agent again/,
    );
  });
});

describe('in the end', { timeout: 3 * minutes }, () => {
  it('no task got a second, different result, and none is without one', () => {
    expect(agent.api.conflicts).toEqual([]);
    expect(agent.ids.filter((id) => agent.api.statusOf(id) !== 'ended')).toEqual([]);
  });

  it('every call of AWS was one that the synthesized roles allow, and no permission is there for nothing', async () => {
    const { aws, template } = agent;
    const roles = await deployedRoles(aws.emulator, 'runops-agent', template);
    const { denied, unused, distinctCalls } = await judgeCalls(aws.recorder.calls, roles, {
      'runops-poller': /PollerRole/,
      'runops-dispatcher': /DispatcherRole/,
      'runops-reporter': /ReporterRole/,
      'runops-runner': /Roles(AllTargets|Target)/,
      'runops-preflight': /PreflightLookRole/,
      'runops-self-test': /SelfTestTesterRole/,
    });
    console.info(`${aws.recorder.calls.length} calls of AWS, ${distinctCalls} different ones`);
    expect(denied).toEqual([`runops-runner: secretsmanager:GetSecretValue on ${secretPaths.forbidden}`]);
    expect(unused.filter((permission) => !onBadDays.some((known) => known.test(permission)))).toEqual([]);
  });

  it('no planted secret and no planted personal data is anywhere', async () => {
    const planted = { ...agent.targets.planted, ...personal };
    const { found, places, characters } = await findPlanted(planted, everythingSeen());
    console.info(`scanned ${places} places, ${(characters / 1e6).toFixed(1)} million characters`);
    expect(found).toEqual([]);
  });

  it('and the scan would have found them: it finds what is planted in a bucket, a log and a request', async () => {
    const { emulator, recorder } = agent.aws;
    const value = 'a-value-that-only-this-test-knows';
    const logBucket = recorder.calls.find(({ resource }) => /\/logs\//.test(resource))?.resource ?? '';
    const s3 = new S3Client(emulator.clientOptions);
    const Bucket = /:::([^/]+)/.exec(logBucket)?.[1];
    await s3.send(new PutObjectCommand({ Bucket, Key: 'planted', Body: `${'x'.repeat(5000)}${value}` }));
    const stream = { logGroupName: '/planted', logStreamName: 'planted' };
    await jsonCall(emulator, 'logs', 'Logs_20140328.CreateLogGroup', { logGroupName: '/planted' });
    await jsonCall(emulator, 'logs', 'Logs_20140328.CreateLogStream', stream);
    const logEvents = [{ timestamp: Date.now(), message: `said ${Buffer.from(value).toString('base64')}` }];
    await jsonCall(emulator, 'logs', 'Logs_20140328.PutLogEvents', { ...stream, logEvents });
    await fetch(`${agent.api.url}/v1/webhooks`, { method: 'POST', body: JSON.stringify({ logs: value }) });
    const { found } = await findPlanted({ planted: value }, everythingSeen());
    const places = found.map((line) => JSON.stringify(line)).join();
    expect(places).toContain(`${Bucket}/planted`);
    expect(places).toContain('/planted');
    expect(places).toContain('a request to the API: /v1/webhooks');
    expect(found.length).toBeGreaterThanOrEqual(3);
  });
});

/** Permissions that no call of a run shows in which these do not happen. */
const onBadDays = [
  // Who may list is told "not there" (404) in place of "forbidden" (403).
  /: s3:ListBucket$/,
  // An upload that fails half way is given up.
  /ReporterRole\w+: s3:AbortMultipartUpload$/,
  // A runner that ignores its deadline is stopped from outside.
  /ReporterRole\w+: ecs:StopTask$/,
  // The answer to a repeated launch may be the task as it was at first.
  /DispatcherRole\w+: ecs:DescribeTasks$/,
  // A first installation that fails takes its records back, and looks at the container that did not start.
  /TesterRole\w+: s3:(DeleteObject|DeleteObjectVersion|ListBucketVersions)$/,
  /TesterRole\w+: ecs:DescribeTasks$/,
  // Asked at an update alone, which these scenarios may end without.
  /TesterRole\w+: cloudformation:DescribeStacks$/,
  // The account may have the role of ECS already, and subnets are looked up where some are given.
  /LookRole\w+: (iam:CreateServiceLinkedRole|ec2:\w+)$/,
  // A task that somebody else took is forgotten.
  /DispatcherRole\w+: s3:DeleteObject$/,
];

/** All that the account holds, and all that left it for the API or for AWS. */
async function* everythingSeen(): AsyncGenerator<Place> {
  const { aws, api } = agent;
  const output = aws.recorder.calls.find(({ resource }) => /\/output\//.test(resource))?.resource ?? '';
  yield* everythingHeld(aws.emulator, /:::([^/]+)/.exec(output)?.[1] ?? '');
  for (const { path, headers, body } of api.requests) {
    yield { place: `a request to the API: ${path}`, text: `${path} ${JSON.stringify(headers)} ${body}` };
  }
  for (const { caller, action, body } of aws.recorder.bodies)
    yield { place: `${action} of ${caller}`, text: body };
  for (const event of aws.ecsEvents.sent) yield { place: 'an event of ECS', text: JSON.stringify(event) };
}
