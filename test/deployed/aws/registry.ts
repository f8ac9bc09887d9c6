import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { docker } from '../../images/docker.ts';
import { freePort } from '../../support/server-process.ts';

export interface Registry {
  /** Where images are pushed to, such as `127.0.0.1:40001`. */
  host: string;
  close(): Promise<void>;
}

/** An image registry on loopback; the engine takes those without TLS. Debian's `docker-registry`. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'runops-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const config = join(folder, 'config.json');
  // Its configuration is YAML, of which JSON is a part.
  const storage = { filesystem: { rootdirectory: join(folder, 'images') } };
  await writeFile(config, JSON.stringify({ version: 0.1, storage, http: { addr: host } }));
  const server = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const killAtExit = () => server.kill('SIGKILL');
  process.once('exit', killAtExit);
  for (let tries = 0; !(await fetch(`http://${host}/v2/`).catch(() => undefined))?.ok; tries++) {
    if (tries === 100) throw new Error('docker-registry did not start: apt-get install docker-registry');
    await setTimeout(100);
  }

  return {
    host,
    async close() {
      // Only the names that it gave them: the layers stay for the next run.
      for (const image of await imagesOf(`${host}/*/*`)) await docker('rmi', '--no-prune', image);
      server.kill('SIGTERM');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      process.off('exit', killAtExit);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** By every name that the engine has for it: its tags and its digests. */
async function imagesOf(reference: string): Promise<string[]> {
  const listed = async (format: string) =>
    (
      await docker('images', '--filter', `reference=${reference}`, '--format', format, '--digests')
    ).stdout.split('\n');
  const names = [
    ...(await listed('{{.Repository}}:{{.Tag}}')),
    ...(await listed('{{.Repository}}@{{.Digest}}')),
  ];
  return [...new Set(names)].filter((name) => name !== '' && !name.includes('<none>'));
}
