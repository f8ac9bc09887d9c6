/**
 * Two hundred texts that would run `touch CANARY`, with the canary in its place, if a shell, an option parser, a
 * configuration file or a client's own commands took them for more than text.
 */
export function hostileTexts(canary: string): string[] {
  const touch = `touch ${canary}`;
  const write = `require('fs').writeFileSync('${canary}', '')`;
  const commands = [
    ...[
      `$(${touch})`,
      `\`${touch}\``,
      `; ${touch};`,
      `| ${touch}`,
      `&& ${touch}`,
      `& ${touch} &`,
      `|| ${touch}`,
    ],
    ...[
      `\n${touch}\n`,
      `\r\n${touch}\r\n`,
      `<(${touch})`,
      `>${canary}`,
      `\${IFS}$(${touch})`,
      `{{${touch}}}`,
    ],
    ...[`\\! ${touch}`, `\n\\! ${touch}\n`, `\nsystem ${touch}\n`, `\n!! ${touch}\n`, `\n:!! ${touch}\n`],
    ...[
      `\\o |${touch}\nselect 1;`,
      `select 1 \\g |${touch}\n`,
      `\ntee ${canary}\nselect 1;`,
      `\\T ${canary}\n`,
    ],
    ...[
      `--command=\\! ${touch}`,
      `-c\\! ${touch}`,
      `-e${touch}`,
      `--init-command=${touch}`,
      `--output=${canary}`,
    ],
    ...[`-o${canary}`, `--log-file=${canary}`, `-L${canary}`, `--tee=${canary}`, `--eval=${write}`],
    ...[`@${canary}`, `%0a${touch}`, `"; import os; os.system("${touch}"); "`, `\${${write}}`],
    `');require('child_process').execSync('${touch}');('`,
  ];
  const frames = [
    (text: string) => text,
    (text: string) => `'${text}`,
    (text: string) => `"${text}"`,
    (text: string) => `x\0${text}`,
    (text: string) => `--${' '.repeat(3)}${text}`,
    (text: string) => `${canary}${'y'.repeat(100_000)}${text}`,
  ];
  return frames.flatMap((frame) => commands.map(frame)).slice(0, 200);
}
