import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from './client-settings.ts';

/** The one client of this process. */
export const sqs = new SQSClient(clientSettings);
