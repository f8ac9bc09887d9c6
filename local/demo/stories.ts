import { secret } from './planted.ts';

/** One task of the demo: what it shows, where and what it runs, and how it must end. */
export interface Story {
  title: string;
  target: { name: string; type: string } & Record<string, string>;
  script: string;
  ends: { status: 'success' | 'failure'; reason: string };
  /** Which agent: the one of every user, or the one that verifies who asked. */
  agent: 'open' | 'verifying';
  /** Whose token the user has, for the verifying agent. */
  token?: 'own' | 'foreign';
  kill?: true;
}

const shell = { name: 'shell', type: 'bash' };
const success = { status: 'success', reason: 'exited' } as const;
const failure = { status: 'failure', reason: 'exited' } as const;
const withSecret = {
  name: 'billing-api',
  type: 'bash',
  secret_provider: 'env-var',
  secret_path: 'BILLING_API',
};

/** The environment of the demo's agent: one variable holds one target's secret. */
export const secretVariables = {
  BILLING_API: JSON.stringify({ API_KEY: secret, API_HOST: 'billing.example.com' }),
};

/** What the customer allows: it is in the agent's own file, out of the server's reach. */
export const policy = { targets: { slow: { runSeconds: 1 }, reports: { types: ['postgres'] } } };

export const stories: readonly Story[] = [
  {
    title: 'a script that succeeds',
    target: shell,
    script: 'echo "hello from user $(id -u)"; echo "to stderr too" >&2',
    ends: success,
    agent: 'open',
  },
  {
    title: 'a failure with personal data on standard error',
    target: shell,
    script: [
      'echo "ERROR:  duplicate key value" >&2',
      `printf 'DETAIL:  Key (email)=(%s@%s) already exists.\\n' gary.duck example.com >&2`,
      `printf 'card 4%s %s %s %s, ssn %s-%s-%s\\n' 111 1111 1111 1111 078 05 1120 >&2`,
      'exit 3',
    ].join('\n'),
    ends: failure,
    agent: 'open',
  },
  {
    title: 'a script that prints its secret, plain and in base64',
    target: withSecret,
    script: 'echo "connecting to $API_HOST with $API_KEY"; printf %s "$API_KEY" | base64',
    ends: success,
    agent: 'open',
  },
  {
    title: 'a task that takes too long',
    target: { name: 'slow', type: 'bash' },
    script: 'echo started; sleep 60; echo never',
    ends: { status: 'failure', reason: 'timed-out' },
    agent: 'open',
  },
  {
    title: 'a task that its user kills',
    target: shell,
    script: 'echo working; sleep 60; echo never',
    ends: { status: 'failure', reason: 'killed' },
    agent: 'open',
    kill: true,
  },
  {
    title: 'a custom command instead of the type’s own',
    target: { name: 'sorted', type: 'bash', custom_command: 'sort -r' },
    script: 'alpha\nbeta\ngamma',
    ends: success,
    agent: 'open',
  },
  {
    title: 'JavaScript, and braces that stay as they are',
    target: { name: 'javascript', type: 'node' },
    script: 'console.log(`{{ .Values.name }} on Node ${process.versions.node.split(".")[0]}`)',
    ends: success,
    agent: 'open',
  },
  {
    title: '5 MB of output',
    target: shell,
    script: 'head -c 5000000 /dev/zero | tr "\\0" "x" | fold -w 99',
    ends: success,
    agent: 'open',
  },
  {
    title: 'a type that the agent’s policy does not allow for the target',
    target: { name: 'reports', type: 'bash' },
    script: 'echo never',
    ends: { status: 'failure', reason: 'rejected' },
    agent: 'open',
  },
  {
    title: 'a user whose token the agent’s own identity provider signed',
    target: { name: 'guarded', type: 'bash', tags: 'verified' },
    script: 'echo "asked by $RUNOPS_TASK_USER_EMAIL" | tr @ " "',
    ends: success,
    agent: 'verifying',
    token: 'own',
  },
  {
    title: 'a token that the server takes, but the agent does not',
    target: { name: 'guarded', type: 'bash', tags: 'verified' },
    script: 'echo never',
    ends: { status: 'failure', reason: 'rejected' },
    agent: 'verifying',
    token: 'foreign',
  },
];
