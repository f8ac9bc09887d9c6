import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../core/finding.ts';
import { inventory } from './plain/inventory.ts';
import { type PlainAccount, startPlainAccount } from './plain/plain-account.ts';
import type { Template } from './prune-template.ts';

const minutes = 60_000;
let account: PlainAccount;

beforeAll(async () => {
  account = await startPlainAccount();
}, 10 * minutes);

afterAll(() => account?.close(), minutes);

const StackName = 'runops-agent';
const given = (parameters: Record<string, string> = {}) => ({ AgentToken: account.api.token, ...parameters });
const shell = (id: string, script: string) => ({ id, type: 'bash', target: 'tools', script });
const held = () => inventory(account.aws.emulator);

describe('an installation that cannot work', { timeout: 10 * minutes }, () => {
  it.each<[string, () => Promise<[Record<string, string>, (template: Template) => Template]>, RegExp]>([
    [
      'with a wrong token',
      async () => [given({ AgentToken: 'not-the-token' }), (template) => template],
      /does not know the token of the agent: it is a wrong token/,
    ],
    [
      'in a subnet without a way out',
      async () => [given({ SubnetIds: await lonelySubnet() }), (template) => template],
      /subnet-\w+ has no (way out|route)/,
    ],
    ['with a broken redaction', async () => [given(), withoutRedaction], /redact/i],
  ])('%s fails with a sentence, and leaves nothing', async (_, prepare, sentence) => {
    const [parameters, change] = await prepare();
    const TemplateURL = await account.template(change);
    const before = await held();
    const { status, failures } = await account.stacks.create({ StackName, TemplateURL, parameters });
    console.info(failures[0]);
    expect({ status, first: failures[0] }).toEqual({
      status: 'ROLLBACK_COMPLETE',
      first: expect.stringMatching(sentence),
    });
    await account.stacks.delete(StackName);
    expect([...(await held()).difference(before)]).toEqual([]);
  });
});

describe('the plain template', { timeout: 20 * minutes }, () => {
  let before: Set<string>;
  beforeAll(async () => {
    before = await held();
  });

  it('of the commit before is created with one parameter and no bootstrap, and passes its self-test', async () => {
    const TemplateURL = await account.previousTemplate();
    const { status, outputs, failures } = await account.stacks.create({
      ...{ StackName, TemplateURL, parameters: given() },
    });
    expect({ status, failures }).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
    expect(outputs.SelfTest).toMatch(/The self-test passed in \d+ s/);
    expect(await account.stacks.names()).toEqual([StackName]);
  });

  it('has a doctor who says that it is well', async () => {
    const lambda = new LambdaClient(account.aws.emulator.clientOptions);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const doctor = Functions.find(({ FunctionName = '' }) => /Doctor/.test(FunctionName))?.FunctionName;
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: doctor, Payload: '{}' }));
    const said = JSON.parse(Buffer.from(Payload ?? []).toString());
    const findings: Finding[] = said.findings;
    for (const { check, state, sentence } of findings) {
      if (state !== 'well') console.info(`${check} is ${state}: ${sentence}`);
    }
    // The emulator makes no metrics of what a function writes, so that nobody hears the poller.
    const ill = findings.filter(({ check, state }) => state === 'ill' && check !== 'heartbeat');
    expect({ ill, looks: findings.length }).toEqual({ ill: [], looks: expect.any(Number) });
    expect(findings.filter(({ state }) => state === 'well').length).toBeGreaterThan(15);
  });

  it('updates to this one while tasks are in flight, and loses none', async () => {
    const { api, witness, run } = account;
    const line = (id: string) => witness.line('bash', id);
    const running = ['a', 'b', 'c'].map((id) => run(shell(id, `${line(id)}; sleep 45; echo done`)));
    await expect
      .poll(() => ['a', 'b', 'c'].map(witness.startsOf), { timeout: 8 * minutes, interval: 200 })
      .toEqual([1, 1, 1]);
    // Also where the commit changes nothing of the template, its user may change a parameter.
    const Policy = '{"runSeconds": 3000}';
    const updating = account.stacks.update({
      ...{ StackName, TemplateURL: await account.template(), parameters: given({ Policy }) },
    });
    const late = Array.from({ length: 5 }, (_, n) =>
      run(shell(`late-${n}`, `${line(`late-${n}`)}; echo done`)),
    );
    expect(await updating).toMatchObject({ status: 'UPDATE_COMPLETE', failures: [] });
    const results = await Promise.all([...running, ...late]);
    expect(results.map(({ status, logs }) => ({ status, logs }))).toEqual(
      results.map(() => ({ status: 'success', logs: 'done\n' })),
    );
    expect(results.map(({ id }) => witness.startsOf(String(id)))).toEqual(results.map(() => 1));
    expect(api.conflicts).toEqual([]);
  });

  it('rolls an update back whose self-test fails, and the agent goes on working', async () => {
    const { status, failures } = await account.stacks.update({
      ...{ StackName, TemplateURL: await account.template(withoutRedaction), parameters: given() },
    });
    expect({ status, first: failures[0] }).toEqual({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      first: expect.stringMatching(/redact/i),
    });
    expect(await account.run(shell('after', 'echo still here'))).toMatchObject({
      ...{ status: 'success', logs: 'still here\n' },
    });
  });

  it('leaves nothing behind when it is deleted but its buckets and their key', async () => {
    expect((await account.stacks.delete(StackName)).status).toBe('DELETE_COMPLETE');
    const added = [...(await held()).difference(before)];
    // The emulator makes a log group anew for the last lines of a function; on AWS no role of ours may.
    const left = added
      .filter((line) => !/^bucket runops-release-|^log group/.test(line))
      .map((line) => line.split(' (')[0]);
    console.info(left.join('\n'));
    expect(left.toSorted()).toEqual([
      expect.stringMatching(/^bucket .*ledger/),
      expect.stringMatching(/^bucket .*log/),
      expect.stringMatching(/^bucket .*output/),
      expect.stringMatching(/^key Runops agent: ledger/),
    ]);
  });
});

/** A subnet from which no packet leaves its VPC. */
async function lonelySubnet(): Promise<string> {
  const ec2 = new EC2Client(account.aws.emulator.clientOptions);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.77.0.0/16' }));
  const CidrBlock = '10.77.1.0/24';
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock }));
  return Subnet?.SubnetId ?? '';
}

/** A setting of the redaction that is none. The self-test has another fingerprint then, as after a synthesis. */
function withoutRedaction(template: Template): Template {
  const Resources = Object.entries(template.Resources).map(([id, resource]) => {
    const { Environment, ...properties } = Object(resource.Properties);
    if (resource.Type === 'Custom::RunopsSelfTest')
      return [id, { ...resource, Properties: { ...properties, Fingerprint: 'of a broken redaction' } }];
    const variables = Environment?.Variables;
    if (!variables || !('LOG_BUCKET' in variables && 'REPORTS_QUEUE_ARN' in variables)) return [id, resource];
    const broken = { Variables: { ...variables, RUNOPS_REDACTION: 'not JSON' } };
    return [id, { ...resource, Properties: { ...properties, Environment: broken } }];
  });
  return { ...template, Resources: Object.fromEntries(Resources) };
}
