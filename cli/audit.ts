import type { ChainVerdict } from '../core/verify-chain.ts';
import { type Call, type ExitCode, exitCodes, type Group, type Shell, type Verb } from './command.ts';
import { UsageError } from './errors.ts';
import { printJson } from './print-json.ts';

const verify: Verb = {
  name: 'verify',
  summary: 'Walk the chain of an audit trail and say whether it is whole',
  options: {
    bucket: { value: 'NAME', summary: 'The bucket of the chain, read with your own AWS credentials' },
    folder: { value: 'PATH', summary: 'A copy of the bucket on this machine' },
    head: { value: 'SHA256', summary: 'A head that an earlier walk printed: it must still be there' },
  },
  notes: [
    'Prints how many records are good and the head, or the first record that is not and why. Ends with 1 then.',
    'The end of a chain can be cut off without a trace in the rest: keep the head elsewhere, and give it next time.',
  ],
  examples: [
    'runops audit verify --bucket runops-agent-chain',
    'aws s3 sync s3://runops-agent-chain chain && runops audit verify --folder chain',
  ],
  run: verifyChain,
};

export const audit: Group = {
  name: 'audit',
  summary: 'The audit trail of an agent, for those who watch over it.',
  commands: [verify],
  examples: verify.examples,
};

async function verifyChain({ values, switches }: Call, shell: Shell): Promise<ExitCode> {
  const { bucket, folder, head } = values;
  if ((bucket === undefined) === (folder === undefined)) {
    throw new UsageError('runops audit verify needs --bucket NAME or --folder PATH.');
  }
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) {
    throw new UsageError(`--head must be a SHA-256, 64 digits from 0 to f. It is "${head}".`);
  }
  const verdict = await shell.verifyAudit({ bucket, folder, head });
  if (switches.has('json')) await printJson(shell, verdict);
  else await print(verdict, shell);
  return verdict.broken ? exitCodes.failed : exitCodes.done;
}

async function print({ links, head, broken, unended }: ChainVerdict, { screen }: Shell) {
  await screen.write(`${links} records are good.${head === null ? '' : ` Head: ${head}`}\n`);
  for (const execution of unended) {
    screen.say(`Execution ${execution} was allowed more than a day ago, and its end is not in the trail.`);
  }
  if (!broken) return;
  const where = broken.key ? ` (${broken.key})` : '';
  screen.say(`Record ${broken.sequence}${where} is not good: ${broken.problem}.`, 'failure');
}
