import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExaminedAgent, startExaminedAgent } from '../support/account/examined-agent.ts';
import { plantedValues } from '../support/account/state.ts';
import { runRunops } from './run-runops.ts';

/** The command of this checkout, where it finds the clients of AWS. */
const runops = resolve('dist/runops.mjs');

let agent: ExaminedAgent;
beforeEach(async () => {
  agent = await startExaminedAgent();
});
afterEach(() => agent.close());

const run = (...args: string[]) => runRunops(runops, ['doctor', ...args], { env: agent.caller });

describe('runops doctor', () => {
  it('says line by line that all is well', async () => {
    const { code, stdout, stderr } = await run();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^well {5}agent token {20,}The API takes the token of the agent\.$/m);
    expect(stdout).toMatch(/^13 +open +- +20\d\d-/m);
    expect(stdout).toMatch(/^12 +closed +exited /m);
    expect(stdout).toMatch(/Nothing is ill\.\n$/);
  });

  it('says what is ill and what to do, in text and in JSON', async () => {
    agent.account.state.schedules.set('poll', 'DISABLED');
    agent.account.state.denied.add('ecr:DescribeImages');
    const text = await run('--function', 'doctor', '--region', 'eu-west-1');
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(
      /^ILL {6}schedules +The schedule poll is disabled.*\n {30,}-> Enable it in the console/m,
    );
    expect(text.stdout).toMatch(/^unknown {2}image of shell .*\n.*-> Allow ecr:DescribeImages/m);
    expect(text.stdout).toMatch(/1 ill\. 1 could not be looked at\.\n$/);

    const json = await run('--json');
    expect(json.code).toBe(1);
    const { well, findings } = JSON.parse(json.stdout);
    expect(well).toBe(false);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'schedules', state: 'ill' }));
    for (const value of [...Object.values(plantedValues), agent.api.token]) {
      expect(text.stdout + json.stdout).not.toContain(value);
    }
  });

  it.each([
    ['another stack', ['--stack', 'elsewhere'], /the stack elsewhere.*--stack/],
    ['another function', ['--function', 'poller'], /The function poller is no doctor of this version/],
  ])('ends with 2 for %s', async (_, args, message) => {
    const { code, stderr, stdout } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('ends with 2 without a region', async () => {
    const { AWS_REGION: _, ...env } = agent.caller;
    const { code, stderr } = await runRunops(runops, ['doctor'], { env });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'runops: No region is set. Name it with --region, or set AWS_REGION.\n',
    });
  });

  it('ends with 2 for a flag that there is not, and when the account cannot be read', async () => {
    expect((await run('--stak', 'x')).code).toBe(2);
    agent.account.state.denied.add('cloudformation:ListStackResources');
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toContain('cloudformation:ListStackResources');
  });

  it('has several agents of a stack told apart', async () => {
    agent.account.state.stacks.set('runops-agent', {
      OneDoctorFunction: 'one',
      OtherDoctorFunction: 'other',
    });
    expect((await run()).stderr).toContain('Choose with --function: one, other.');
  });
});
