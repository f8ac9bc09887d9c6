import { type Finding, ill, illBy, unknown, well } from '../../../core/finding.ts';
import type { ApiAnswer } from './ask-api.ts';
import { looking } from './look.ts';

const check = 'agent token';

/**
 * Whether the API takes the agent's token. `isAgent`: who looks has the permissions of the agent, so that what is
 * denied to it is denied to the agent.
 */
export function agentToken(api: () => Promise<ApiAnswer>, isAgent: boolean): Promise<Finding[]> {
  return looking(check, async () => {
    const { outcome, message } = await api();
    switch (outcome) {
      case 'taken':
        return [well(check, 'The API takes the token of the agent.')];
      case 'wrong-token':
        return [
          ill(
            check,
            'The Runops API does not know the token of the agent: it is a wrong token.',
            'Put the current one into its secret: runops agents create-token makes a new one.',
          ),
        ];
      case 'passing':
        return [unknown(check, message, 'Try again later.')];
      case 'secret-denied':
        if (isAgent) return [illBy(check, message)];
        return [
          unknown(
            check,
            'The secret of the token could not be read, so the API was not asked.',
            'Allow secretsmanager:GetSecretValue on it, and kms:Decrypt with its key, to whoever looks.',
          ),
        ];
      default:
        return [illBy(check, message)];
    }
  });
}
