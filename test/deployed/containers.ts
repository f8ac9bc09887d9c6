import { docker } from '../images/docker.ts';

/** The ids of the containers in which runners of this execution live. */
export async function containersOf(executionId: string): Promise<string[]> {
  const { stdout } = await docker('ps', '--quiet', '--filter', 'label=ministack=ecs');
  const ids = stdout.split('\n').filter(Boolean);
  const found: string[] = [];
  for (const id of ids) {
    const { stdout: variables } = await docker('inspect', '--format', '{{json .Config.Env}}', id);
    if (variables.includes(`"RUNOPS_EXECUTION_ID=${executionId}"`)) found.push(id);
  }
  return found;
}

/** As when the machine under them dies. */
export async function killContainersOf(executionId: string): Promise<void> {
  const ids = await containersOf(executionId);
  if (ids.length === 0) throw new Error(`No container runs the execution ${executionId}`);
  for (const id of ids) await docker('kill', '--signal', 'KILL', id);
}
