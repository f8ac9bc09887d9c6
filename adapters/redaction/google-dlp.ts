import { AgentError } from '../../core/errors.ts';
import type { Detector } from '../../core/redaction/detector.ts';
import { type DetectorDependencies, findInWindows } from './find-in-windows.ts';
import { readAnswer } from './google-dlp-answer.ts';
import { googleDlpClient, type Inspect } from './google-dlp-client.ts';
import type { GoogleDlpConfig } from './google-dlp-config.ts';
import { googleDlpFailure } from './google-dlp-failure.ts';
import { END_MARK, inspectRequest } from './google-dlp-request.ts';

/**
 * Google's Sensitive Data Protection. It says where the values are and we remove them ourselves, so that windows may
 * overlap and no value is lost where one ends.
 */
export function googleDlpDetector(
  config: GoogleDlpConfig,
  deps: DetectorDependencies & { inspect?: Inspect },
): Detector {
  const request = inspectRequest(config);
  const inspect = deps.inspect ?? googleDlpClient(config);
  const find = findInWindows(
    {
      name: NAME,
      costMax: windowBytesOf(jsonBytes(request(''))),
      costOf: jsonBytes,
      parallelMax: config.parallelRequests,
      perMinute: config.requestsPerMinute,
      burst: config.parallelRequests,
      patience: {
        tries: TRIES,
        tryMilliseconds: config.requestSeconds * 1000,
        totalMilliseconds: config.totalSeconds * 1000,
      },
      async look(text, signal) {
        try {
          return readAnswer(await inspect(request(text), signal), text);
        } catch (thrown) {
          return { failure: googleDlpFailure(thrown) };
        }
      },
    },
    deps,
  );
  return { name: NAME, windowCharactersMax: config.parallelRequests * WINDOW_BYTES, find };
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

const NAME = 'Google Cloud DLP';
const TRIES = 8;

/** A request may have half a megabyte, after escaping and with its info types: https://cloud.google.com/dlp/limits */
const REQUEST_BYTES_MAX = 500_000;
const WINDOW_BYTES = 256 * 1024;
const WINDOW_BYTES_MIN = 64 * 1024;

function windowBytesOf(requestBytes: number): number {
  const bytes = Math.min(WINDOW_BYTES, REQUEST_BYTES_MAX - requestBytes - END_MARK.length);
  if (bytes >= WINDOW_BYTES_MIN) return bytes;
  throw new AgentError(
    'config-invalid',
    `The info types and dictionaries for Google DLP have ${requestBytes} bytes; at most ` +
      `${REQUEST_BYTES_MAX - WINDOW_BYTES_MIN} fit in a request. Keep large dictionaries as stored info types.`,
  );
}
