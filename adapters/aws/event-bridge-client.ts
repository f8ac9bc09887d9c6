import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { clientSettings } from './client-settings.ts';

/** The one client of this process. */
export const eventBridge = new EventBridgeClient(clientSettings);
