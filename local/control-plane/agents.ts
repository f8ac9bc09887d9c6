import * as z from 'zod/mini';
import { optionalText, parseFields } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';

export function agentRoutes(plane: Plane): Route[] {
  const newToken = () => ({ status: 201, body: { token: replaceAgentToken(plane) } });
  return [
    { method: 'POST', path: '/v1/agents', for: 'agent', handle: (call) => register(plane, call) },
    {
      method: 'GET',
      path: '/v1/agents',
      for: 'user',
      handle: () => ({ status: 200, body: listAgents(plane) }),
    },
    { method: 'POST', path: '/v1/agents/token', for: 'admin', handle: newToken },
  ];
}

const registrationSchema = z.object({
  tags: optionalText,
  version: z.string(),
  hostname: z.string(),
  jwk_verify: z._default(z.boolean(), false),
  capabilities: z._default(z.array(z.string()), []),
  instance: optionalText,
});

function register({ store: { sql, transaction }, presence, clock, org, pollIntervalMs }: Plane, call: Call) {
  const agent = parseFields(registrationSchema, call.body);
  const tags = agent.tags ?? '';
  // An agent that does not name its installation is known by its machine.
  const instance = agent.instance ?? agent.hostname;
  transaction(() => {
    const known = agentRow.safeParse(sql.get`select * from agents where tags = ${tags}`).data;
    if (known && known.instance !== instance && presence.isUp(tags)) {
      throw new HttpError(
        409,
        `The agent ${known.hostname} is alive with ${tags ? `the tags ${tags}` : 'no tags'}. ` +
          'Stop it and wait 15 seconds, or start this one with other tags.',
      );
    }
    sql.run`insert or replace into agents
              (tags, instance, hostname, version, capabilities, jwk_verify, registered_at)
            values (${tags}, ${instance}, ${agent.hostname}, ${agent.version},
              ${JSON.stringify(agent.capabilities)}, ${agent.jwk_verify ? 1 : 0}, ${clock.now()})`;
  });
  presence.seen(tags);
  return {
    status: 200,
    body: { id: instance, org, poll_interval_ms: pollIntervalMs, webhook_extensions: true },
  };
}

const agentRow = z.object({
  tags: z.string(),
  instance: z.string(),
  hostname: z.string(),
  version: z.string(),
});

/** The registered agents, and those that only poll. */
function listAgents({ store: { sql }, presence }: Plane) {
  const registered = z.array(agentRow).parse(sql.all`select * from agents order by tags`);
  const unregistered = presence.all().filter((tags) => registered.every((agent) => agent.tags !== tags));
  return [
    ...registered.map(({ tags, hostname, version }) => ({ tags, hostname, version })),
    ...unregistered.map((tags) => ({ tags, hostname: 'unregistered', version: null })),
  ].map(({ tags, hostname, version }) => ({
    subscription_name: hostname,
    tags: tags || null,
    app_version: version,
    status: presence.isUp(tags) ? 'UP' : 'DOWN',
  }));
}

/** The new token in clear text. Nobody is up until they call with it. */
export function replaceAgentToken({ tokens, presence }: Plane): string {
  presence.forget();
  return tokens.replaceAgentToken();
}
