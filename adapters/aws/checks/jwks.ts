import * as z from 'zod/mini';
import { type Finding, ill, well } from '../../../core/finding.ts';
import type { Http } from '../../../core/http-retry.ts';
import { askForKeys } from '../../../core/key-set.ts';
import { looking } from './look.ts';

const check = 'keys of the identity provider';
const remedy = 'Check identity.jwkUrl, and that the provider publishes its keys there for everybody.';

const keySet = z.object({
  keys: z.array(z.object({ kty: z.string(), use: z.optional(z.string()), crv: z.optional(z.string()) })),
});

/** Whether tokens of users can be verified: the keys are there, and some are for RS256 or ES256. */
export function jwks(http: Http, url: string): Promise<Finding[]> {
  return looking(check, async () => {
    const outcome = await askForKeys(http, url);
    if (outcome.status === null) {
      return [ill(check, `${url} gave no answer (${outcome.problem}).`, remedy)];
    }
    if (outcome.status !== 200) return [ill(check, `${url} answered ${outcome.status}.`, remedy)];
    const { data } = keySet.safeParse(jsonOf(outcome.body));
    if (!data) return [ill(check, `${url} answered with something that is no set of keys.`, remedy)];
    const usable = data.keys.filter(
      ({ kty, crv, use = 'sig' }) => use === 'sig' && (kty === 'RSA' || (kty === 'EC' && crv === 'P-256')),
    );
    if (usable.length > 0) return [well(check, `Keys at ${url} that can verify tokens: ${usable.length}.`)];
    return [ill(check, `${url} has ${data.keys.length} keys, and none for RS256 or ES256.`, remedy)];
  });
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
