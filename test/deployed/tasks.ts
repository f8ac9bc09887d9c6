import type { Json } from '../support/fake-runops-api.ts';
import { type Planted, printing } from './scan/planted.ts';
import { secretPaths } from './targets.ts';
import type { Witness } from './witness.ts';

export type DeployedTask = Json & { id: string };

/** A task of a shell script on the target whose secret has an API_KEY. */
export function shellTask(id: string, script: string): DeployedTask {
  return { id, type: 'bash', target: 'tools', script, ...secret('tools') };
}

/** A task of each of the five families: says that it started, and prints its own secret and personal data. */
export function familyTasks(prefix: string, witness: Witness, personal: Planted): DeployedTask[] {
  const id = (family: string) => `${prefix}-${family}`;
  return [
    shellTask(
      id('shell'),
      [witness.line('bash', id('shell')), 'echo "key: $API_KEY"', printing(personal)].join('\n'),
    ),
    {
      id: id('python'),
      type: 'python',
      target: 'tools',
      script: [
        witness.line('python', id('python')),
        'import os',
        'print("key:", os.environ["API_KEY"])',
        ...inTwoWords(personal, '+').map((words) => `print(${words})`),
      ].join('\n'),
      ...secret('tools'),
    },
    {
      id: id('node'),
      type: 'node',
      target: 'tools',
      script: [
        witness.line('node', id('node')),
        'console.log("key:", process.env.API_KEY);',
        ...inTwoWords(personal, '+').map((words) => `console.log(${words});`),
      ].join('\n'),
      ...secret('tools'),
    },
    {
      id: id('postgres'),
      type: 'postgres',
      target: 'billing',
      script: [
        'CREATE TABLE IF NOT EXISTS starts (id text);',
        `INSERT INTO starts VALUES ('${id('postgres')}');`,
        ...inTwoWords(personal, '||').map((words) => `SELECT ${words} AS found;`),
      ].join('\n'),
      ...secret('postgres'),
    },
    {
      id: id('mysql'),
      type: 'mysql',
      target: 'shop',
      script: inTwoWords(personal, ',')
        .map((words) => `SELECT CONCAT(${words}) AS found;`)
        .join('\n'),
      ...secret('mysql'),
    },
  ];
}

function secret(name: keyof typeof secretPaths) {
  return { secret_provider: 'aws', secret_path: secretPaths[name] };
}

function inTwoWords(planted: Planted, join: string): string[] {
  return Object.values(planted).map((value) => `'${value.slice(0, 6)}'${join}'${value.slice(6)}'`);
}
