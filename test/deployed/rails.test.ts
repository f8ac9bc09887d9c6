import { randomBytes } from 'node:crypto';
import { ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, type ExpectStatic, expect, it } from 'vitest';
import { buildRailsImage } from '../images/rails-image.ts';
import { type DeployedAgent, startDeployedAgent } from './deployed-agent.ts';
import { type RailsService, startRailsService } from './rails-service.ts';

const minutes = 60_000;
const password = `p/+${randomBytes(18).toString('hex')}`;
let agent: DeployedAgent;
let shop: RailsService;
let quiet: RailsService;
let servingBefore: string;

const serving = async () => `${await shop.serving()}\n${await quiet.serving()}`;

beforeAll(async () => {
  agent = await startDeployedAgent();
  const { emulator } = agent.aws;
  const image = await buildRailsImage();
  shop = await startRailsService(emulator, { name: 'shop', image, password, essential: true });
  quiet = await startRailsService(emulator, {
    name: 'quiet',
    image,
    password: `${password}2`,
    essential: false,
  });
  const services = ['shop', 'hasty'].map((target) => shop.setting(target));
  await agent.update({
    services: [...services, quiet.setting('quiet')],
    policy: { targets: { hasty: { runSeconds: 20 } } },
  });
}, 15 * minutes);

afterAll(() => agent?.close(), minutes);

const task = (id: string, script: string, target = 'shop') => ({
  id,
  type: 'rails-console-ecs',
  target,
  script,
});
const startLine = (id: string) => agent.witness.line('ruby', id);
const started = (expect: ExpectStatic, id: string) =>
  expect.poll(() => agent.witness.startsOf(id), { timeout: 2 * minutes, interval: 200 }).toBe(1);

describe('at first', { timeout: 2 * minutes }, () => {
  it('the containers of the services serve', async () => {
    await expect.poll(serving, { timeout: minutes, interval: 1000 }).toMatch(/(bin\/serve[\s\S]*){2}/);
    servingBefore = await serving();
  });
});

describe.concurrent('in a fresh task of the service of a Rails application', { timeout: 6 * minutes }, () => {
  it('answers a query of Active Record, without the secrets of the application', async ({ expect }) => {
    const script = 'puts Order.order(:id).pluck(:customer, :cents).inspect, "as #{ENV["DATABASE_PASSWORD"]}"';
    expect(await agent.run(task('query', script))).toMatchObject({
      ...{ status: 'success', reason: 'exited', 'exit-code': 0 },
      logs: '[["ação 1", 1000], ["ação 2", 2000], ["ação 3", 3000]]\nas [SECRET]\n',
    });
  });

  it('keeps the backtrace of an exception, and its exit code', async ({ expect }) => {
    const result = await agent.run(task('broken', 'puts "before"; Order.find(99)'));
    expect(result).toMatchObject({ status: 'failure', reason: 'exited', 'exit-code': 1 });
    expect(result.logs).toContain('before\n');
    expect(result.logs).toMatch(/Couldn't find Order with 'id'=99 \(ActiveRecord::RecordNotFound\)/);
    expect(result.logs).toMatch(/runops-\w+\.rb:1:in [\s\S]*from bin\/rails:3:in/);
  });

  it('takes ten megabytes of output', async ({ expect }) => {
    const script = '100_000.times { |n| puts format("row %06d | shipped | %s", n, "x" * 76) }';
    expect(await agent.run(task('large', script))).toMatchObject({ status: 'success', uploaded: true });
    expect(agent.api.uploadOf('large')?.length).toBeGreaterThanOrEqual(10_000_000);
  });

  it('ends a script at its deadline, and keeps what it printed', async ({ expect }) => {
    const result = await agent.run(task('endless', 'puts "begun"; $stdout.flush; sleep', 'hasty'));
    expect(result).toMatchObject({ status: 'failure', reason: 'timed-out' });
    expect(result.logs).toMatch(/begun\n[\s\S]*ran for 20 seconds/);
  });

  it('ends a script that its user kills, and keeps what it printed', async ({ expect }) => {
    const result = agent.run(
      task('unwanted', `${startLine('unwanted')}; puts "begun"; $stdout.flush; sleep`),
    );
    await started(expect, 'unwanted');
    agent.api.requestKill('unwanted');
    expect(await result).toMatchObject({ status: 'failure', reason: 'killed' });
    expect((await result).logs).toMatch(/^begun\n/);
  });

  it('runs a script once that ECS starts three times', async ({ expect }) => {
    const result = agent.run(task('thrice', `${startLine('thrice')}; sleep 15; puts "done"`));
    await started(expect, 'thrice');
    const request = agent.aws.recorder.bodies.find(
      ({ action, body }) => action === 'ecs:RunTask' && body.includes('"thrice"'),
    );
    const ecs = new ECSClient(agent.aws.emulator.clientOptions);
    for (let n = 0; n < 2; n++) await ecs.send(new RunTaskCommand(JSON.parse(request?.body ?? '')));
    expect(await result).toMatchObject({ status: 'success', logs: 'done\n' });
    await expect.poll(() => shop.tasksOf('thrice'), { timeout: minutes, interval: 500 }).toBe(0);
    expect(agent.witness.startsOf('thrice')).toBe(1);
  });

  it('leaves no sidecar behind, also where the container is not essential to its task', async ({
    expect,
  }) => {
    expect(await agent.run(task('sidecar', 'puts Order.count', 'quiet'))).toMatchObject({ logs: '3\n' });
    await expect.poll(() => quiet.tasksOf('sidecar'), { timeout: minutes, interval: 500 }).toBe(0);
  });

  it('runs a command of the application, which no shell sees', async ({ expect }) => {
    const command = { ...task('command', `bin/rails runner 'puts ARGV.inspect' "$HOME"`), type: 'ecs-exec' };
    expect(await agent.run(command)).toMatchObject({ reason: 'rejected' });
    const quoted = {
      ...task('quoted', `bin/rails runner 'puts ARGV.inspect' '$HOME; id'`),
      type: 'ecs-exec',
    };
    expect(await agent.run(quoted)).toMatchObject({ status: 'success', logs: '["$HOME; id"]\n' });
  });

  it('refuses a service that nobody has opted in', async ({ expect }) => {
    const config = JSON.stringify({ ECS_CLUSTER: 'shop', ECS_SERVICE_NAME: 'other', ECS_CONTAINER: 'rails' });
    const result = await agent.run({ ...task('foreign', 'puts 1', 'other'), config });
    expect(result).toMatchObject({ status: 'failure' });
    expect(result.logs).toMatch(/was not started|has no service "other"|may not/);
  });
});

describe('in the end', { timeout: 2 * minutes }, () => {
  it('the containers that serve are as they were', async () => {
    expect(await serving()).toBe(servingBefore);
  });

  it('what ECS was asked for was small, and opens nothing any more', async () => {
    const launches = agent.aws.recorder.bodies.filter(
      ({ action, body }) => action === 'ecs:RunTask' && body.includes('RUNOPS_MANIFEST'),
    );
    expect(launches.length).toBeGreaterThanOrEqual(8);
    for (const { body } of launches) {
      const { overrides } = JSON.parse(body);
      expect(JSON.stringify(overrides).length).toBeLessThan(2048);
      const { value } = overrides.containerOverrides[0].environment[0];
      expect((await fetch(value)).ok).toBe(false);
      expect(body).not.toContain(password);
    }
  });
});
