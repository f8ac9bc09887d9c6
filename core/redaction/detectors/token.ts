import type { LocalDetector } from '../detector.ts';
import type { InfoType, Report } from '../finding.ts';
import { continuesWord } from '../passage.ts';

/** Keys and tokens that their issuer begins with a name of its own. */
export const token: LocalDetector = {
  infoTypes: [
    ...['AWS_CREDENTIALS', 'GCP_API_KEY', 'GCP_CREDENTIALS', 'AUTH_TOKEN', 'JSON_WEB_TOKEN'],
    'ENCRYPTION_KEY',
  ],
  looksAt: [
    ...['AKIA', 'ASIA', 'ABIA', 'ACCA', 'AIza', 'ya29.', 'GOCSPX-', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    ...['github_pat_', 'glpat-', 'xox', 'xapp-', 'xwfp-', 'eyJ', 'sk_live_', 'sk_test_', 'rk_live_', 'npm_'],
    ...['dop_v1_', 'hooks.slack.com/', 'SG.', 'sk-', 'LS0tLS1CRUdJTi', 'ZXlK'],
  ],
  find({ text }, at, report) {
    if (continuesWord(text, at)) return undefined;
    let end = at;
    const isEncoded = text.startsWith('LS0t', at) || text.startsWith('ZXlK', at);
    while (end < text.length && isToken(text.charCodeAt(end), isEncoded)) end++;
    const value = text.slice(at, end);
    for (const [pattern, infoType] of KINDS) {
      const match = pattern.exec(value);
      if (!match) continue;
      report(infoType, at, at + match[0].length);
      if (infoType === 'AWS_CREDENTIALS') reportSecretKey(text, end, report);
      break;
    }
    return end;
  },
};

/**
 * Each looks at the beginning of the value only, and a longer one is taken whole: an issuer may lengthen its tokens.
 * https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 * https://api.slack.com/concepts/token-types
 */
const KINDS: readonly (readonly [pattern: RegExp, infoType: InfoType])[] = [
  [/^eyJ[\w-]{5,}\.[\w-]{2,}(?:\.[\w-]*){1,3}/, 'JSON_WEB_TOKEN'],
  // The signature of one that is longer than a window is not seen yet.
  [/^eyJ[\w-]{5,}\.eyJ[\w-]{2,}/, 'JSON_WEB_TOKEN'],
  [/^(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/, 'AWS_CREDENTIALS'],
  [/^AIza[\w-]{35,}/, 'GCP_API_KEY'],
  [/^ya29\.[\w-]{20,}/, 'GCP_CREDENTIALS'],
  [/^GOCSPX-[\w-]{20,}/, 'GCP_CREDENTIALS'],
  [/^gh[pousr]_[A-Za-z0-9]{30,}/, 'AUTH_TOKEN'],
  [/^github_pat_\w{40,}/, 'AUTH_TOKEN'],
  [/^glpat-[\w-]{18,}/, 'AUTH_TOKEN'],
  [/^xox[a-z]-(?:\d-)?[\w-]{10,}/, 'AUTH_TOKEN'],
  [/^(?:xapp|xwfp)-[\w-]{10,}/, 'AUTH_TOKEN'],
  [/^hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]{15,}/, 'AUTH_TOKEN'],
  [/^(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/, 'AUTH_TOKEN'],
  [/^npm_[A-Za-z0-9]{30,}/, 'AUTH_TOKEN'],
  [/^dop_v1_[0-9a-f]{40,}/, 'AUTH_TOKEN'],
  [/^SG\.[\w-]{16,}\.[\w-]{16,}/, 'AUTH_TOKEN'],
  [/^sk-(?=[\w-]*\d)[\w-]{32,}/, 'AUTH_TOKEN'],
  // A PEM file and a JWT in base64, as `kubectl get secret -o yaml` prints them.
  [/^LS0tLS1CRUdJTi[\w+/-]{6,}={0,2}/, 'ENCRYPTION_KEY'],
  [/^ZXlK[\w+/-]{40,}={0,2}/, 'AUTH_TOKEN'],
];

/** Behind the id of an AWS key its secret may follow without a name, as `aws --output text` prints both. */
function reportSecretKey(text: string, from: number, report: Report) {
  const secret = /^[^\n]{0,40}?(?<![\w+/])(?=[^\n]{0,38}\d)([A-Za-z0-9/+]{40})(?![\w+/=])/.exec(
    text.slice(from, from + 88),
  );
  if (secret) report('AWS_CREDENTIALS', from + secret[0].length - 40, from + secret[0].length);
}

/** Letters, digits and `_ - . /`; of base64 also `+` and `=`. */
function isToken(code: number, isEncoded: boolean): boolean {
  const lower = code | 32;
  if ((lower >= 0x61 && lower <= 0x7a) || (code >= 0x2d && code <= 0x39)) return true;
  return code === 0x5f || (isEncoded && (code === 0x2b || code === 0x3d));
}
