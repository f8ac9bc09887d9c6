import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startFakeDlpServer } from '../support/fake-dlp-server.ts';
import { googleKeyFile } from '../support/google-key.ts';
import { startAgentProcess } from './agent-process.ts';
import { startTestServer } from './test-server.ts';

const runopsPath = resolve(import.meta.dirname, '../../dist/runops.mjs');

it('an output that its service refused is withheld, and redacted by hand once the service is back', async () => {
  const server = await startTestServer();
  const dlp = await startFakeDlpServer();
  dlp.detects({ PERSON_NAME: /subject-\d{4}/ });
  dlp.behave('unknown-info-type');
  const settings = { project: 'example-project', endpoint: dlp.url, infoTypes: ['PERSON_NAME'] };
  const variables = { RUNOPS_GOOGLE_DLP: JSON.stringify({ ...settings, credentialsFile: googleKeyFile() }) };
  const agent = startAgentProcess(server, variables);
  try {
    await server.api.createTarget(server.userToken, { name: 'shell', type: 'bash' });
    const id = await server.api.createTask(server.userToken, 'shell', 'printf "seen: %s-%s\\n" subject 1234');
    const task = await server.api.until(server.userToken, id, ['success', 'failure']);
    expect(task).toMatchObject({ status: 'failure', reason: 'withheld' });
    const shown = await server.api.log(server.userToken, id);
    expect(shown).toMatch(/^The output is withheld, because it could not be redacted\. .*Google/);

    dlp.behave('healthy');
    const environment = { PATH: process.env.PATH, RUNOPS_HOME: join(server.home, 'agent'), ...variables };
    const words = [runopsPath, 'executions', 'redact', String(id)];
    const { stdout } = await promisify(execFile)(process.execPath, words, { env: environment });
    expect(readFileSync(stdout.trim(), 'utf8')).toBe('seen: [PERSON_NAME]\n');
    expect(await server.api.log(server.userToken, id)).toBe(shown);
  } finally {
    agent.child.kill('SIGTERM');
    await agent.exited;
    await dlp.close();
    await server.close();
  }
});
