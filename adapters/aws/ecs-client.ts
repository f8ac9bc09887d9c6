import { ECSClient } from '@aws-sdk/client-ecs';
import { clientSettings } from './client-settings.ts';

/** The one client of this process. */
export const ecs = new ECSClient(clientSettings);
