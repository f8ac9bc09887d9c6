import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSettings } from './client-settings.ts';

/** The one client of this process. */
export const secretsManager = new SecretsManagerClient(clientSettings);
