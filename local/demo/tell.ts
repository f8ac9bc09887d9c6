import type { SeenTask } from './api.ts';
import type { Story } from './stories.ts';

const linesMax = 4;
const lineCharactersMax = 96;

/** One task of the demo, told in a few lines: how it ended, how long it took, what it printed after redaction. */
export function tell(number: number, story: Story, task: SeenTask, log: string): string {
  const lines = log.trimEnd().split('\n');
  const shown = lines.slice(0, linesMax).map((line) => `   │ ${shorten(line)}`);
  const rest =
    lines.length > linesMax ? [`   │ … ${lines.length} lines, ${log.length} characters in all`] : [];
  const head = `${String(number).padStart(2)} ${story.title}`;
  const end = `   ${task.status} (${task.reason}) after ${task.elapsed_time_ms} ms`;
  return [head, end, ...shown, ...rest, ''].join('\n');
}

function shorten(line: string): string {
  return line.length > lineCharactersMax ? `${line.slice(0, lineCharactersMax)}…` : line;
}
