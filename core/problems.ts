import type * as z from 'zod/mini';

/**
 * What is wrong with an input, in words: each bad field with what it must be. Never its value, which may be a
 * secret. `root` names the input itself.
 */
export function problemsOf(error: z.core.$ZodError, root: string): string {
  return error.issues.map((issue) => `${issue.path.join('.') || root}: ${describe(issue)}`).join('; ');
}

// The small build of the schema library has no texts of its own: https://zod.dev/packages/mini
function describe(issue: z.core.$ZodIssue): string {
  if (issue.message !== 'Invalid input') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}`;
    case 'unrecognized_keys':
      return `has what is not known: ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_format':
      return `does not have the right form (${issue.format})`;
    default:
      return 'is not valid';
  }
}

function article(noun: string): string {
  const word = noun === 'int' ? 'whole number' : noun;
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}
