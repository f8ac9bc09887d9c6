import type { DoctorClients } from '../../adapters/aws/checks/clients.ts';
import { type ExecutionSeen, lookAtExecutions } from '../../adapters/aws/checks/executions.ts';
import { lookAtAll } from '../../adapters/aws/checks/look.ts';
import { type ReadSettings, readSettings } from '../../adapters/aws/checks/settings.ts';
import { s3Ledger } from '../../adapters/aws/ledger.ts';
import type { Finding } from '../../core/finding.ts';
import type { Fetch } from '../../core/http-request.ts';
import { defaultRules, type Policy } from '../../core/policy.ts';
import type { Clock } from '../../core/ports.ts';
import { checksOfAccount } from './checks-of-account.ts';
import { checksOfSettings } from './checks-of-settings.ts';
import type { DoctorEnv } from './env.ts';

export interface ExamineDependencies {
  env: DoctorEnv;
  clients: DoctorClients;
  /** Another AWS than Amazon's own. */
  endpoint: string | undefined;
  /** Whether whoever looks has the permissions of the agent itself. */
  isAgent: boolean;
  /** ARNs of further secrets, which targets name by themselves. */
  secrets: readonly string[];
  fetch: Fetch;
  clock: Clock;
  random: () => number;
}

export interface Examination {
  /** Whether nothing is ill. */
  well: boolean;
  findings: Finding[];
  /** The last ten, the latest first. */
  executions: ExecutionSeen[];
}

/** What one check may take, its tries among it. */
const checkSecondsMax = 25;

/** Looks at everything that the agent needs, all at once, and changes nothing. Reads no secret of a target. */
export async function examine(deps: ExamineDependencies): Promise<Examination> {
  const { env, clients, clock } = deps;
  const patience = { clock, secondsMax: checkSecondsMax };
  const secretsManager = clients.secretsManagerIn(clients.region);
  let read: ReadSettings = { findings: [], settings: undefined };
  const look = async () => {
    read = await readSettings(secretsManager, env.SETTINGS_SECRET);
    return read.findings;
  };
  const ofSettings = await lookAtAll([{ name: 'settings', look }], patience);
  const { settings } = read;
  let executions: ExecutionSeen[] = [];
  const ledger = async () => {
    const seen = await lookAtExecutions({ ...ledgerOf(deps), ...longest(settings?.policy) });
    executions = seen.executions;
    return seen.findings;
  };
  const found = await lookAtAll(
    [
      ...checksOfAccount(deps),
      ...(settings ? checksOfSettings(deps, settings) : []),
      { name: 'executions', look: ledger },
    ],
    patience,
  );
  const findings = [...ofSettings, ...found];
  return { well: findings.every(({ state }) => state !== 'ill'), findings, executions };
}

function ledgerOf({ env, clients: { s3 }, clock }: ExamineDependencies) {
  const { LEDGER_BUCKET: bucket, OUTPUT_BUCKET: outputBucket } = env;
  return { s3, bucket, clock, ledger: s3Ledger({ s3, ledgerBucket: bucket, outputBucket, clock }) };
}

/** The longest times that any target may take: which one an execution is of, its permanent records do not say. */
function longest(policy: Policy = { targets: {} }) {
  const { targets, ...rules } = policy;
  const all = [{ ...defaultRules, ...rules }, ...Object.values(targets)];
  const most = (name: 'runSeconds' | 'startSeconds') => Math.max(...all.map((one) => one[name] ?? 0));
  return { runSecondsMax: most('runSeconds'), startSecondsMax: most('startSeconds') };
}
