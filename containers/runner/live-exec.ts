import type { Command } from '../../core/integrations/integration.ts';
import type { LiveSession } from '../../core/integrations/live-exec.ts';
import { liveExecProgram } from './live-exec-program.ts';

/** The process that connects to the session. */
export function liveCommand({ url, token, marker }: LiveSession, directory: string): Command {
  return {
    argv: ['node', `${directory}/client.cjs`, `${directory}/session.json`],
    env: {},
    stdin: null,
    files: [
      { name: 'client.cjs', content: liveExecProgram },
      { name: 'session.json', content: JSON.stringify({ url, token, marker }) },
    ],
  };
}

/** What the result says, however it ended. */
export function liveNote({ task }: LiveSession): string {
  return (
    `The command was given to a container that serves (task ${task}) by ECS Exec. It mixes the two outputs, ` +
    'can lose some without saying so, and tells no exit code: a shell in the container told it. The exit code 255 ' +
    'may mean that nobody did; the command may then still run.'
  );
}
