import { type FakeKeyServer, issuerKey, startFakeKeyServer } from '../fake-key-server.ts';
import { type FakeRunopsApi, startFakeRunopsApi } from '../fake-runops-api.ts';
import { type FakeAccount, startFakeAccount } from './fake-account.ts';
import { arns, healthyState, region } from './state.ts';

/** An agent in an account, on which all is well: with users that are verified, a guardrail, a target and a service. */
export interface ExaminedAgent {
  account: FakeAccount;
  api: FakeRunopsApi;
  keys: FakeKeyServer;
  /** What the deployment tells its doctor. */
  variables: Record<string, string>;
  /** The environment of whoever looks. */
  caller: Record<string, string>;
  close(): Promise<void>;
}

export async function startExaminedAgent(): Promise<ExaminedAgent> {
  const [api, keys] = await Promise.all([startFakeRunopsApi(), startFakeKeyServer()]);
  keys.publish(await issuerKey('key-1'));
  const account = await startFakeAccount(healthyState(Date.now(), api.token));
  const queue = (name: string) => `${account.url}/123456789012/${name}`;
  const variables = {
    ...{
      API_URL: api.url,
      TOKEN_SECRET: arns.secret('token'),
      AGENT_NAME: 'prod',
      RUNOPS_INSTANCE: 'arn:stack',
    },
    ...{ LEDGER_BUCKET: 'ledger', OUTPUT_BUCKET: 'output', SETTINGS_SECRET: arns.secret('settings') },
    ...{
      JWK_VERIFY: 'true',
      JWK_URL: keys.url,
      FUNCTIONS: 'poller,dispatcher,reporter',
      SCHEDULES: 'poll,sweep',
    },
    QUEUES: ['dispatches', 'kills', 'reports'].map(queue).join(','),
    DEAD_QUEUES: ['dead-dispatches', 'dead-kills', 'dead-reports'].map(queue).join(','),
    RUNOPS_BEDROCK_GUARDRAIL: JSON.stringify({ guardrail: 'gr1abc', version: '3', endpoint: account.url }),
  };
  account.state.functions.set('doctor', { variables, state: 'Active', lastUpdate: 'Successful' });
  return {
    ...{ account, api, keys, variables },
    caller: {
      ...{ AWS_ENDPOINT_URL: account.url, AWS_REGION: region },
      ...{ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI' },
    },
    async close() {
      await Promise.all([account.close(), api.close(), keys.close()]);
    },
  };
}
