import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../adapters/system-clock.ts';
import { messageOf } from '../core/errors.ts';
import { verifyIdentity } from '../core/identity.ts';
import { startDemoAgents } from './demo/agents.ts';
import { type DemoApi, demoApi } from './demo/api.ts';
import { databaseStories } from './demo/database-stories.ts';
import { findLeaks } from './demo/find-leaks.ts';
import { type IdentityProvider, startIdentityProvider } from './demo/identity-provider.ts';
import { planted } from './demo/planted.ts';
import { type Story, secretVariables, stories } from './demo/stories.ts';
import { tell } from './demo/tell.ts';
import { openServerHome } from './server-home.ts';
import { untilStopped } from './until-stopped.ts';

const user = 'user@example.org';

// Whoever reads only the first lines has seen enough; the demo still cleans up after itself.
process.stdout.on('error', () => {});

/** `npm run demo`: a server, two agents and a dozen real tasks through the real pipeline, in a folder of their own. */
const folder = await mkdtemp(join(tmpdir(), 'runops-demo-'));
let stopAgents = async (): Promise<unknown> => undefined;
void untilStopped().then(() => end(130));
try {
  await end((await demo(folder)) ? 0 : 1);
} catch (thrown) {
  process.stderr.write(`The demo failed: ${messageOf(thrown)}\n`);
  await end(1);
}

/** Leaves nothing behind: no process, no folder. */
async function end(exitCode: number): Promise<never> {
  await stopAgents();
  await rm(folder, { recursive: true, force: true });
  process.exit(exitCode);
}

async function demo(home: string): Promise<boolean> {
  const own = await startIdentityProvider('own');
  const foreign = await startIdentityProvider('foreign');
  const serverHome = join(home, 'server');
  // The server takes the tokens of both identity providers; the second agent trusts only one of them.
  const { server, userToken, agentToken } = await openServerHome({
    home: serverHome,
    port: 0,
    verifyIdentity: (token, email) =>
      verifier(own)(token, email).catch(() => verifier(foreign)(token, email)),
  });
  const databases = await databaseStories(process.env);
  const agents = await startDemoAgents({
    home,
    apiUrl: server.url,
    token: agentToken,
    jwkUrl: own.jwkUrl,
    environment: { ...process.env, ...secretVariables, ...databases.variables },
  });
  stopAgents = () => agents.drain(0);
  const api = demoApi(server.url, systemClock);
  await api.createUser(userToken, user);
  const tokens = { own: await own.tokenFor(user), foreign: await foreign.tokenFor(user), none: userToken };
  const all = [...stories, ...databases.stories];

  const created = new Set<string>();
  let results = 0;
  let surprises = 0;
  for (const [index, story] of all.entries()) {
    if (!created.has(story.target.name)) await api.createTarget(userToken, story.target);
    created.add(story.target.name);
    const { task, log } = await play(api, story, tokens[story.token ?? 'none']);
    results++;
    if (task.status !== story.ends.status || task.reason !== story.ends.reason) surprises++;
    process.stdout.write(`${tell(index + 1, story, task, log)}\n`);
  }
  await agents.drain(5);
  stopAgents = async () => undefined;
  await server.close();
  own.close();
  foreign.close();

  const leaks = await findLeaks(serverHome, planted);
  for (const line of databases.skipped) process.stdout.write(`skipped ${line}\n`);
  const unexpected = surprises > 0 ? `, ${surprises} that ended otherwise than they should` : '';
  process.stdout.write(`${all.length} tasks, ${results} results, ${leaks} leaks${unexpected}\n`);
  return results === all.length && leaks === 0 && surprises === 0;
}

async function play(api: DemoApi, story: Story, token: string) {
  const id = await api.createTask(token, story.target.name, story.script);
  if (story.kill && (await api.untilProgress(token, id))) await api.kill(token, id);
  const task = await api.until(token, id, ['success', 'failure']);
  return { task, log: await api.log(token, id) };
}

function verifier(provider: IdentityProvider) {
  return verifyIdentity({ jwkUrl: provider.jwkUrl, fetch, clock: systemClock, random: Math.random });
}
