import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { diskLedger } from '../../adapters/local/ledger.ts';
import type { Spec } from '../../core/execution.ts';
import { bashSpec, type Ended, readEnd, testDirectory } from '../containers/runner/harness.ts';
import { docker } from './docker.ts';

/** What a deployment does to a container, as docs/images.md has it. Fargate knows no option for no-new-privileges. */
const tiedDown = [
  ...['--init', '--read-only', '--tmpfs=/scratch', '--tmpfs=/tmp', '--cap-drop=ALL'],
  ...['CHOWN', 'KILL', 'SETGID', 'SETUID'].map((name) => `--cap-add=${name}`),
];

/** Runs one execution in a fresh container of the image, with a ledger in a folder, and gives what is there then. */
export async function execute(
  image: string,
  spec: Partial<Spec> & { script: string },
  { options = tiedDown, network = 'none' }: { options?: string[]; network?: 'none' | 'host' } = {},
): Promise<Ended> {
  const id = randomUUID();
  const folder = join(testDirectory(), 'ledger');
  const ledger = diskLedger(folder);
  await ledger.create(id, 'spec', bashSpec(spec.script, spec));
  const variables = {
    RUNOPS_EXECUTION_ID: id,
    RUNOPS_LEDGER: 'file:///ledger',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/the-way-to-the-role',
  };
  const env = Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`);
  const given = [...options, ...env, `--volume=${folder}:/ledger`, `--network=${network}`];
  const said = await docker('run', '--rm', ...given, image);
  if (said.exitCode !== 0) throw new Error(`The runner of ${image}: ${said.stdout}${said.stderr}`);
  return readEnd(ledger, id);
}

/** The same without the init that Docker and ECS bring when they are asked. */
export const withoutInit = tiedDown.filter((option) => option !== '--init');
