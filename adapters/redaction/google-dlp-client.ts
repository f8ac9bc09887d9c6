import type { DlpServiceClient, protos } from '@google-cloud/dlp';
import type { GoogleDlpConfig } from './google-dlp-config.ts';

export type InspectContentRequest = protos.google.privacy.dlp.v2.IInspectContentRequest;
export type InspectContentResponse = protos.google.privacy.dlp.v2.IInspectContentResponse;

/** Sends one request with Google's client; no retries of its own. */
export type Inspect = (
  request: InspectContentRequest,
  signal: AbortSignal,
) => Promise<InspectContentResponse>;

/** The one client of this process, made at the first call: loading it takes a fifth of a second. */
export function googleDlpClient(config: GoogleDlpConfig): Inspect {
  let current: Promise<DlpServiceClient> | undefined;

  return async (request, signal) => {
    current ??= load(config);
    const client = current;
    // Its calls share one exchange of credentials. When that fails or hangs, the next try has another client.
    const forget = () => {
      if (current === client) current = undefined;
    };
    signal.addEventListener('abort', forget);
    try {
      const { innerApiCalls } = await client.catch((thrown) => {
        forget();
        throw thrown;
      });
      signal.throwIfAborted();
      return await send(innerApiCalls.inspectContent, request, signal);
    } finally {
      signal.removeEventListener('abort', forget);
    }
  };
}

/**
 * The client's own method of this name writes each request, with its text, to a log that an environment variable of
 * the process turns on (GOOGLE_SDK_NODE_LOGGING), and its calls cannot be cancelled. What it calls is without both.
 */
async function send(
  inspectContent: DlpServiceClient['innerApiCalls'][string] | undefined,
  request: InspectContentRequest,
  signal: AbortSignal,
): Promise<InspectContentResponse> {
  const call: CancellablePromise | undefined = inspectContent?.(request, { retry: null });
  if (!call) throw new Error('The client library has no inspectContent.');
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const [response] = await call;
    return response;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

type CancellablePromise = Promise<[InspectContentResponse]> & { cancel(): void };

async function load(config: GoogleDlpConfig): Promise<DlpServiceClient> {
  // By its default export, which is all that a bundle in several files has of a CommonJS package.
  const { default: dlp } = await import('@google-cloud/dlp');
  const client = new dlp.DlpServiceClient({
    // HTTP/1.1 and JSON: a connection that was frozen with its Lambda is replaced, where gRPC would keep it.
    fallback: true,
    projectId: config.project,
    ...(config.credentials ? { credentials: config.credentials } : {}),
    ...(config.credentialsFile === undefined ? {} : { keyFilename: config.credentialsFile }),
    ...addressOf(config.endpoint),
  });
  // Without this the first call would leave a rejection behind that nobody handles, when there are no credentials.
  await client.initialize();
  return client;
}

function addressOf(endpoint: string | undefined) {
  if (endpoint === undefined) return {};
  const { hostname, protocol, port } = new URL(endpoint);
  const scheme = protocol.slice(0, -1);
  return { apiEndpoint: hostname, protocol: scheme, port: Number(port) || (scheme === 'http' ? 80 : 443) };
}
