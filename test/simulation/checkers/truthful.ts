import type { Checker } from './check-all.ts';

/** A result says what happened: a success is a command that was seen to end well, with all that it printed. */
export const truthful: Checker = ({ world: { history, server, logs } }) =>
  server.tasks.flatMap(({ id, result }) => {
    if (result === null) return [];
    const { status, reason }: { status: string; reason: string } = JSON.parse(result);
    const start = history.starts.find((candidate) => candidate.id === String(id));
    const log = logs.get(String(id)) ?? '';
    const isWhole = !log.includes('Some of the output could not be stored');
    const missing = isWhole ? (start?.printed ?? []).filter((text) => !log.includes(shownOf(text))) : [];
    return [
      ...(status === 'success' && start?.exitCode !== 0
        ? [`task ${id} is called a success and was none`]
        : []),
      ...(reason === 'exited' && start?.exitCode === null ? [`task ${id} never exited`] : []),
      ...(reason === 'exited' && missing.length > 0
        ? [`task ${id} printed "${missing[0]}", which its log has not`]
        : []),
    ];
  });

/** The part of what was printed that is nobody's secret. */
function shownOf(text: string): string {
  return /mail to|the key is|sent|done/.exec(text)?.[0] ?? '';
}
