import { AgentError } from '../errors.ts';
import type { Integration } from './integration.ts';

/** What the types have in common that run in a fresh task of the customer's own ECS service. */
export const serviceTask: Integration = {
  requiredKeys: [],
  publicKeys: ['ECS_CLUSTER', 'ECS_SERVICE_NAME', 'ECS_CONTAINER', 'ECS_AWS_REGION'],
  missingKeys: '',
  command() {
    throw new AgentError(
      'command-invalid',
      'This type runs in a fresh task of an ECS service, which only the agent that is deployed to AWS can start. ' +
        'Give the target a tag of such an agent.',
    );
  },
};
