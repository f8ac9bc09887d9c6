import { afterEach, expect, it, vi } from 'vitest';
import { googleDlpDetector } from '../../../adapters/redaction/google-dlp.ts';
import { parseGoogleDlpConfig } from '../../../adapters/redaction/google-dlp-config.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { startFakeDlpServer } from '../../support/fake-dlp-server.ts';
import { googleKeyFile } from '../../support/google-key.ts';
import { emitted } from './emitted.ts';

afterEach(() => vi.unstubAllEnvs());

it('writes no text to the log of the client library, even when somebody turns that on', async () => {
  vi.stubEnv('GOOGLE_SDK_NODE_LOGGING', 'all');
  const written: string[] = [];
  const note = (...words: unknown[]) => {
    written.push(words.map(String).join(' '));
    return true;
  };
  const spies = [
    vi.spyOn(process.stderr, 'write').mockImplementation(note),
    vi.spyOn(process.stdout, 'write').mockImplementation(note),
    ...(['debug', 'error', 'info', 'log', 'warn'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(note),
    ),
  ];
  const server = await startFakeDlpServer();
  server.detects({ PERSON_NAME: /subject-\d{4}/ });
  const config = {
    project: 'p',
    endpoint: server.url,
    infoTypes: ['PERSON_NAME'],
    credentialsFile: googleKeyFile(),
  };
  const dlp = googleDlpDetector(parseGoogleDlpConfig(JSON.stringify(config)), {
    clock: fakeClock({ skip: 29_999 }),
    random: () => 0,
  });
  const { out } = await emitted(dlp, 'who: subject-0001\n');
  for (const spy of spies) spy.mockRestore();
  await server.close();
  expect(out).toBe('who: [PERSON_NAME]\n');
  // The library's log works: it has said something of its own.
  expect(written.join('\n')).toContain('auth');
  expect(written.join('\n')).not.toContain('subject-0001');
});
