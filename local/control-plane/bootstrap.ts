import type { Plane } from './plane.ts';

/** The first user, who is in the group admin, and the tokens of the first start. */
export function bootstrap({ store: { sql }, tokens, clock }: Plane, adminEmail: string) {
  const { changes } = sql.run`
    insert or ignore into users (id, email, name, status, group_names, created_at)
    values (1, ${adminEmail}, 'Admin', 'active', '["admin"]', ${clock.now()})`;
  const replaceToken = () => tokens.replaceUserToken(1);
  if (changes === 0) return { created: {}, replaceToken };
  return { created: { adminToken: replaceToken(), agentToken: tokens.replaceAgentToken() }, replaceToken };
}
