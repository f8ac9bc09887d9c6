import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { type Finding, ill, unknown, weak, well } from '../../../core/finding.ts';
import { limits } from '../../../core/limits.ts';
import type { Clock } from '../../../core/ports.ts';
import { type ApiAnswer, aheadOf } from './ask-api.ts';
import { ask, looking } from './look.ts';

const check = 'clock';

/**
 * What AWS tolerates in a signed request, and so in the address to which a log is uploaded.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
const signatureSeconds = 300;

/** Whether the clock of this process agrees with the API's and that of AWS. */
export function clockSkew(sts: STSClient, clock: Clock, api: () => Promise<ApiAnswer>): Promise<Finding[]> {
  return looking(check, async () => {
    const [aws, runops] = await Promise.all([
      aheadOfAws(sts, clock),
      api().then(
        ({ aheadMilliseconds }) => aheadMilliseconds,
        () => undefined,
      ),
    ]);
    const compared = [
      { with: 'AWS', ahead: aws },
      { with: 'the Runops API', ahead: runops },
    ].flatMap(({ ahead, ...other }) => (ahead === undefined ? [] : [{ ...other, seconds: ahead / 1000 }]));
    const off = compared.filter(({ seconds }) => Math.abs(seconds) > limits.tokenSkewSeconds);
    if (compared.length === 0) {
      return [unknown(check, 'No answer told the time.', 'Try again when AWS and the API are reachable.')];
    }
    const names = compared.map((other) => other.with).join(' and ');
    if (off.length === 0) return [well(check, `It agrees with ${names}.`)];
    return off.map((other) => {
      const seconds = Math.abs(Math.round(other.seconds));
      const side = other.seconds > 0 ? 'ahead of' : 'behind';
      const sentence = `The clock here is ${seconds} s ${side} that of ${other.with}.`;
      const state = seconds > signatureSeconds ? ill : weak;
      return state(check, sentence, 'Let the clock that is wrong follow a time server (NTP).');
    });
  });
}

const answered = z.object({ response: z.object({ headers: z.object({ date: z.string() }) }) });

async function aheadOfAws(sts: STSClient, clock: Clock): Promise<number | undefined> {
  let ahead: number | undefined;
  const command = new GetCallerIdentityCommand({});
  command.middlewareStack.add(
    (next) => async (args) => {
      const begun = clock.now();
      const answer = await next(args);
      const { data } = answered.safeParse(answer);
      ahead = aheadOf(data?.response.headers.date, begun, clock.now());
      return answer;
    },
    { step: 'deserialize', priority: 'low' },
  );
  await ask('sts:GetCallerIdentity', 'this account', sts.send(command));
  return ahead;
}
