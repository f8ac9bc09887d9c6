import { AgentError } from '../../../core/errors.ts';
import type { Fetch } from '../../../core/http-request.ts';
import type { Clock } from '../../../core/ports.ts';
import { runopsApi } from '../../../core/runops-api.ts';
import { parseAgentToken } from '../agent-token.ts';
import { awsFailure } from '../aws-failure.ts';

export interface ApiToAsk {
  apiUrl: string;
  tags: string | null;
  /** The text of the token's secret. */
  readToken: () => Promise<string>;
  fetch: Fetch;
  clock: Clock;
  random: () => number;
}

/** What came of asking for the ready tasks. `secret`: nothing was asked, because there is no token. */
export interface ApiAnswer {
  outcome: 'taken' | 'wrong-token' | 'refused' | 'passing' | 'silent' | 'secret' | 'secret-denied';
  /** Our own sentence; empty when the API took the token. */
  message: string;
  /** What the API's clock says, and how far ours was from it; undefined without an answer. In milliseconds. */
  aheadMilliseconds: number | undefined;
}

/** Asks the API for the ready tasks, once, as the poller does, and takes none of them. */
export async function askApi({ readToken, fetch, ...api }: ApiToAsk): Promise<ApiAnswer> {
  let status: number | undefined;
  let aheadMilliseconds: number | undefined;
  const watched: Fetch = async (url, init) => {
    const begun = api.clock.now();
    const response = await fetch(url, init);
    status = response.status;
    aheadMilliseconds = aheadOf(response.headers.get('date'), begun, api.clock.now());
    return response;
  };
  const answer = (outcome: ApiAnswer['outcome'], message = '') => ({ outcome, message, aheadMilliseconds });
  let token: string;
  try {
    token = parseAgentToken(await readToken());
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    const isDenied = thrown.cause !== undefined && awsFailure(thrown.cause).kind !== 'missing';
    return answer(isDenied ? 'secret-denied' : 'secret', thrown.message);
  }
  try {
    await runopsApi({ ...api, token, instance: 'doctor', fetch: watched }).readyTasks();
    return answer('taken');
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    if (status === 401 || status === 403) return answer('wrong-token', thrown.message);
    if (thrown.code !== 'api-unreachable') return answer('refused', thrown.message);
    return answer(status === undefined ? 'silent' : 'passing', thrown.message);
  }
}

/** How far our clock is ahead of a `Date` header, which tells whole seconds: the middle of that second counts. */
export function aheadOf(date: string | null | undefined, begun: number, ended: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? undefined : (begun + ended) / 2 - (theirs + 500);
}
