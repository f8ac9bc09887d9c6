import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of a new key file of a service account that does not exist. The client signs its own tokens with it. */
export function googleKeyFile(): string {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const folder = mkdtempSync(join(tmpdir(), 'google-key-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'key.json');
  const key = {
    type: 'service_account',
    project_id: 'example-project',
    private_key_id: 'test',
    private_key: privateKey,
    client_email: 'runops-agent@example-project.iam.gserviceaccount.com',
  };
  writeFileSync(path, JSON.stringify(key), { mode: 0o600 });
  return path;
}
