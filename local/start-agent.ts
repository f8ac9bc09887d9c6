import { readFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadHooks } from '../adapters/hooks-module.ts';
import { childUsers } from '../adapters/local/child-users.ts';
import { localLauncher } from '../adapters/local/launcher.ts';
import { diskLedger } from '../adapters/local/ledger.ts';
import { diskLogStore } from '../adapters/local/log-store.ts';
import { findVariable, providerVariables } from '../adapters/local/secrets.ts';
import { streamingFetch } from '../adapters/streaming-fetch.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import { verifyIdentity } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import { type Policy, parsePolicy } from '../core/policy.ts';
import { secretsOnlyRedactor } from '../core/redaction/local-redactor.ts';
import { runopsApi } from '../core/runops-api.ts';
import { findType, taskTypes } from '../core/task-types.ts';
import manifest from '../package.json' with { type: 'json' };
import type { AgentEnv } from './agent-env.ts';
import { lockHome } from './home-lock.ts';
import { instanceOf } from './instance.ts';
import { machineRedactor } from './redaction-env.ts';
import { type RunningAgent, runAgent } from './run-agent.ts';

interface StartAgentOptions {
  env: AgentEnv;
  /** Where the secrets of the provider `env-var` are. */
  environment: NodeJS.ProcessEnv;
  log: Log;
}

/** Chooses the adapters of one machine and runs the agent with them. */
export async function startAgent({ env, environment, log }: StartAgentOptions): Promise<RunningAgent> {
  const home = env.RUNOPS_HOME;
  const unlock = await lockHome(home);
  const instance = await instanceOf(home);
  const { redactor, asksServices } = machineRedactor(env);
  const ledger = diskLedger(join(home, 'ledger'));
  const agent = await runAgent({
    ledger,
    controlPlane: runopsApi({
      apiUrl: env.API_URL,
      token: env.TOKEN,
      tags: env.TAGS ?? null,
      instance,
      fetch: streamingFetch,
      clock: systemClock,
      random: Math.random,
    }),
    launcher: localLauncher({
      runnerPath: runnerPath(),
      runnerEnvironment: runnerEnvironment(env, environment),
      childUsers: childUsers(env.RUNOPS_CHILD_UID, process.getuid?.() === 0),
      secretVariable: (name) => findVariable(environment, name),
      clock: systemClock,
    }),
    logStore: diskLogStore(join(home, 'logs')),
    redactor,
    showsProgress: !asksServices,
    unredacted: secretsOnlyRedactor(),
    verifyIdentity: identityOf(env),
    policy: withoutDailyLimit(parsePolicy(await policyText(env.RUNOPS_POLICY))),
    hooks: env.RUNOPS_HOOKS === undefined ? undefined : await loadHooks(env.RUNOPS_HOOKS),
    clock: systemClock,
    log,
    description: {
      version: manifest.version,
      hostname: hostname(),
      jwkVerify: env.JWK_URL !== undefined,
      capabilities: Object.keys(taskTypes).filter((type) => findType(type).image !== 'service'),
      instance,
    },
    runsMax: env.RUNS_MAX,
    pollMilliseconds: env.POLL_MILLISECONDS,
  });
  return {
    async drain(seconds) {
      await agent.drain(seconds);
      await unlock();
    },
  };
}

function runnerEnvironment(env: AgentEnv, environment: NodeJS.ProcessEnv): Record<string, string> {
  const passed = ['PATH', 'NODE_PATH', 'TZ', ...providerVariables];
  const own = passed.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []));
  return {
    ...Object.fromEntries(own),
    // Compiled once, the runner starts sooner: https://nodejs.org/api/module.html#module-compile-cache
    NODE_COMPILE_CACHE: join(env.RUNOPS_HOME, 'compile-cache'),
    RUNOPS_LEDGER: pathToFileURL(join(env.RUNOPS_HOME, 'ledger')).href,
    // One for each user of the machine: nobody can write to that of another.
    RUNOPS_SCRATCH: resolve(env.RUNOPS_SCRATCH ?? join(tmpdir(), `runops-${process.getuid?.() ?? 'user'}`)),
    RUNOPS_SECRETS_FILE: resolve(env.SECRETS_FILE),
  };
}

function identityOf(env: AgentEnv) {
  if (!env.JWK_URL) return null;
  return verifyIdentity({
    jwkUrl: env.JWK_URL,
    issuer: env.JWT_ISSUER,
    audience: env.JWT_AUDIENCE,
    emailClaim: env.JWT_EMAIL_CLAIM,
    fetch,
    clock: systemClock,
    random: Math.random,
  });
}

async function policyText(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((cause) => {
    const message = `The policy ${path} of RUNOPS_POLICY could not be read: ${messageOf(cause)}.`;
    throw new AgentError('config-invalid', message, { cause });
  });
}

/** A limit that nobody keeps would be worse than none. */
function withoutDailyLimit(policy: Policy): Policy {
  if (policy.dailyVcpuMinutes === undefined) return policy;
  throw new AgentError(
    'config-invalid',
    'The policy of RUNOPS_POLICY has dailyVcpuMinutes, which counts containers on Fargate; an agent on one machine ' +
      'has none. Take it out. RUNS_MAX says how many tasks run at once.',
  );
}

/** Beside the agent's own bundle, or where the sources build it. */
function runnerPath(): string {
  const { dirname, filename } = import.meta;
  return resolve(dirname, filename.endsWith('.ts') ? '../dist/runner.mjs' : 'runner.mjs');
}
