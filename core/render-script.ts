import type { SecretMap } from './ports.ts';

/**
 * Puts the secret's values in place of `{{KEY}}`, `{{{KEY}}}` and `{{&KEY}}`, as they are. What names no key stays
 * as it is, because Helm, Jinja and Go write their own templates so.
 *
 * Whoever may run a task can read the secret this way: call it only where the policy says so.
 */
export function renderScript(script: string, secrets: SecretMap): string {
  return script.replaceAll(PLACEHOLDER, (placeholder, inThree?: string, inTwo?: string) => {
    const key = inThree ?? inTwo ?? '';
    return Object.hasOwn(secrets, key) ? (secrets[key] ?? '') : placeholder;
  });
}

const PLACEHOLDER = /\{\{(?:\{\s*([\w.-]+)\s*\}|\s*&?\s*([\w.-]+)\s*)\}\}/g;
