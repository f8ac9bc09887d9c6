import * as z from 'zod/mini';
import { defaultInfoTypes } from './google-dlp-info-types.ts';
import { httpsAddress } from './https-address.ts';
import { parseDetectorConfig } from './parse-detector-config.ts';

const count = (minimum: number, maximum: number) => z.int().check(z.minimum(minimum), z.maximum(maximum));
const name = z.string().check(z.regex(/^[A-Za-z0-9_]{1,64}$/, 'must be letters, digits and underscores'));
const likelihood = z.enum(['VERY_UNLIKELY', 'UNLIKELY', 'POSSIBLE', 'LIKELY', 'VERY_LIKELY']);
const words = z.array(z.string().check(z.minLength(2), z.maxLength(500))).check(z.minLength(1));

/** What the customer says to find besides Google's own list: a pattern, or words. */
const customInfoType = z
  .strictObject({
    name,
    likelihood: z._default(likelihood, 'VERY_LIKELY'),
    regex: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
    dictionary: z.optional(words),
    /** `projects/…/storedInfoTypes/…`: a large dictionary that Google keeps. */
    storedInfoType: z.optional(
      z.string().check(z.regex(/^(projects|organizations)\/.+\/storedInfoTypes\/[^/]+$/)),
    ),
  })
  .check(
    z.refine(
      ({ regex, dictionary, storedInfoType }) =>
        [regex, dictionary, storedInfoType].filter((way) => way !== undefined).length === 1,
      'must have exactly one of regex, dictionary and storedInfoType',
    ),
  );

/** Google's findings of `infoTypes` (all, if none are named) that are not to be removed. */
const exclusion = z
  .strictObject({
    infoTypes: z._default(z.array(name), []),
    regex: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
    dictionary: z.optional(words),
  })
  .check(
    z.refine(
      ({ regex, dictionary }) => (regex === undefined) !== (dictionary === undefined),
      'must have exactly one of regex and dictionary',
    ),
  );

/** Workload Identity Federation as Google's console writes it. It holds no secret, unlike a key. */
const externalAccount = z.looseObject({
  type: z.literal('external_account', 'must be external_account; a key belongs in a file (credentialsFile)'),
  audience: z.string(),
  token_url: httpsAddress,
  service_account_impersonation_url: z.optional(httpsAddress),
});

export const GoogleDlpConfig = z
  .strictObject({
    project: z.string().check(z.regex(/^[a-z0-9:.-]{1,100}$/, 'must be the id of a Google Cloud project')),
    /** Where the text is looked at: `global`, `europe`, `europe-west1` … */
    location: z._default(z.string().check(z.regex(/^[a-z0-9-]{1,40}$/)), 'global'),
    /** Of the service, when it is not `https://dlp.googleapis.com`. */
    endpoint: z.optional(httpsAddress),
    infoTypes: z._default(z.array(name).check(z.minLength(1), z.maxLength(150)), [...defaultInfoTypes]),
    minLikelihood: z._default(likelihood, 'POSSIBLE'),
    customInfoTypes: z._default(z.array(customInfoType).check(z.maxLength(29)), []),
    exclusions: z._default(z.array(exclusion).check(z.maxLength(10)), []),
    /** One of the two, or neither for what the machine offers (Application Default Credentials). */
    credentials: z.optional(externalAccount),
    credentialsFile: z.optional(z.string().check(z.minLength(1))),
    /** The quota is 600 a minute and location on the global endpoint: https://cloud.google.com/dlp/limits */
    requestsPerMinute: z._default(count(1, 10_000), 500),
    parallelRequests: z._default(count(1, 32), 4),
    requestSeconds: z._default(count(1, 300), 30),
    /** All tries of one request with their pauses. */
    totalSeconds: z._default(count(1, 600), 90),
  })
  .check(
    z.refine(
      ({ credentials, credentialsFile }) => !credentials || !credentialsFile,
      'must have credentials or credentialsFile, not both',
    ),
  );
export type GoogleDlpConfig = z.infer<typeof GoogleDlpConfig>;

/** @throws AgentError `config-invalid` with all problems in one message. */
export function parseGoogleDlpConfig(json: string): GoogleDlpConfig {
  return parseDetectorConfig(GoogleDlpConfig, json, 'the configuration of Google DLP');
}
