import type { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../../core/log.ts';

/** A log in CloudWatch: the event is the `message` of its line, and `POWERTOOLS_LOG_LEVEL` says what is written. */
export function powertoolsLog(logger: Logger): Log {
  return {
    info: (event, fields = {}) => logger.info(event, fields),
    error: (event, fields = {}) => logger.error(event, fields),
  };
}
