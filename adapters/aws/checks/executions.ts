import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { LedgerRecords } from '../../../core/execution.ts';
import { type Finding, ill, unknown, well } from '../../../core/finding.ts';
import { limits } from '../../../core/limits.ts';
import type { Clock, Ledger } from '../../../core/ports.ts';
import { isSelfTest } from '../../../core/self-test.ts';
import { openPrefix } from '../ledger-keys.ts';
import { ask, looking } from './look.ts';

/** An execution as its permanent records tell it; those that hold scripts and outputs are not read. */
export interface ExecutionSeen {
  id: string;
  isOpen: boolean;
  /** How it ended; null while it is open, or when an older version did not write it down. */
  reason: string | null;
  startedAt: number | null;
  reportedAt: number | null;
}

export interface ExecutionsToLookAt {
  s3: S3Client;
  bucket: string;
  ledger: Pick<Ledger, 'read'>;
  clock: Clock;
  /** The longest that a command may run, by the policy, in seconds. */
  runSecondsMax: number;
  startSecondsMax: number;
}

const lastCount = 10;
const permanentPrefix = 'executions/';
/** A thousand executions each: the ledger lists them by their names, and the last ones need not come last. */
const pagesMax = 50;

/** The last ten executions, and what is wrong with those that are open. */
export async function lookAtExecutions(
  deps: ExecutionsToLookAt,
): Promise<{ findings: Finding[]; executions: ExecutionSeen[] }> {
  let executions: ExecutionSeen[] = [];
  const findings = await looking('executions', async () => {
    const open = await openMarks(deps);
    const { ids, isWhole } = await permanentIds(deps);
    const asked = [...new Set([...ids, ...open.keys()])].filter((id) => !isSelfTest(id));
    const last = asked.toSorted(byNumber).slice(-lastCount).toReversed();
    executions = await Promise.all(last.map((id) => seen(deps, id, open.has(id))));
    const stillOpen = await Promise.all([...open.keys()].map((id) => seen(deps, id, true)));
    const found = [...overdue(deps, stillOpen, open), ...withheld(stillOpen)];
    if (!isWhole) {
      const sentence = `The ledger holds more than ${pagesMax * 1000} executions, so the last are not all found.`;
      found.push(unknown('executions', sentence, 'Ask the saved queries: docs/operations.md.'));
    }
    return found.length > 0 ? found : [well('executions', `Open: ${open.size}, none past its deadline.`)];
  });
  return { findings, executions };
}

/** When each open execution was received. The first thousand, of which no agent has as many. */
async function openMarks({ s3, bucket }: ExecutionsToLookAt): Promise<Map<string, number>> {
  const answer = s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: openPrefix }));
  const { Contents = [] } = await ask('s3:ListBucket', `the bucket ${bucket}`, answer);
  return new Map(
    Contents.map(({ Key = '', LastModified }) => [
      Key.slice(openPrefix.length),
      LastModified?.getTime() ?? 0,
    ]),
  );
}

async function permanentIds({
  s3,
  bucket,
}: ExecutionsToLookAt): Promise<{ ids: string[]; isWhole: boolean }> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const input = { Bucket: bucket, Prefix: permanentPrefix, Delimiter: '/', ContinuationToken: after };
    const answer = s3.send(new ListObjectsV2Command(input));
    const { CommonPrefixes = [], NextContinuationToken } = await ask(
      's3:ListBucket',
      `the bucket ${bucket}`,
      answer,
    );
    ids.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(permanentPrefix.length, -1)));
    after = NextContinuationToken;
    if (after === undefined) return { ids, isWhole: true };
  }
  return { ids, isWhole: false };
}

async function seen({ ledger }: ExecutionsToLookAt, id: string, isOpen: boolean): Promise<ExecutionSeen> {
  const [started, reported] = await Promise.all([ledger.read(id, 'started'), ledger.read(id, 'reported')]);
  return {
    ...{ id, isOpen, reason: reasonOf(started, reported) },
    startedAt: started?.by === 'runner' ? started.startedAt : null,
    reportedAt: reported?.reportedAt ?? null,
  };
}

function reasonOf(
  started: LedgerRecords['started'] | undefined,
  reported: LedgerRecords['reported'] | undefined,
): string | null {
  return reported?.reason ?? (started?.by === 'nobody' ? started.result.reason : null);
}

function overdue(
  { clock, runSecondsMax, startSecondsMax }: ExecutionsToLookAt,
  executions: readonly ExecutionSeen[],
  receivedAt: ReadonlyMap<string, number>,
): Finding[] {
  const end = limits.lostGraceSeconds + limits.redactionSeconds;
  return executions.flatMap(({ id, startedAt, reportedAt }) => {
    const since = startedAt ?? receivedAt.get(id) ?? clock.now();
    const seconds = (startedAt === null ? startSecondsMax : runSecondsMax) + end;
    if (reportedAt !== null || clock.now() < since + seconds * 1000) return [];
    const what = startedAt === null ? 'was not started' : 'has no result';
    return [
      ill(
        'executions',
        `The execution ${id} ${what} since ${new Date(since).toISOString()}, which is past its deadline.`,
        'Ask the saved query "one execution from end to end" for it: docs/operations.md, executions-overdue.',
      ),
    ];
  });
}

function withheld(executions: readonly ExecutionSeen[]): Finding[] {
  const ids = executions.flatMap(({ id, reason }) => (reason === 'withheld' ? [id] : []));
  if (ids.length === 0) return [];
  return [
    ill(
      'executions',
      `The output of ${ids.join(', ')} is withheld, because it could not be redacted.`,
      'Mend the redaction within a day, while the output is kept: docs/operations.md, output-withheld.',
    ),
  ];
}

/** Ids are numbers, as a rule; others go by their letters. */
function byNumber(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
