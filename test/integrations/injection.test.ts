import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import { clientTargets } from '../support/injection-into-clients.ts';
import { type InjectionTarget, injectionTargets } from '../support/injection-targets.ts';
import { runTask } from '../support/run-command.ts';

const AT_ONCE = 4;

describe.for([...injectionTargets, ...clientTargets])('$type', (target) => {
  const { type, missing, path, places } = target;
  if (missing) console.warn(`Injections into ${type} are left out. ${missing}`);

  it.skipIf(missing)(
    'runs nothing but its client, whatever script and secret say',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'runops-canary-'));
      if (path) vi.stubEnv('PATH', path);
      const { secret, stop } = await target.start();
      try {
        // A canary for each place: else what is a secret here would be a script there, which anybody may see.
        const attacks = places.flatMap((place, nth) =>
          hostileTexts(join(directory, place))
            .filter((_, at) => at % places.length === nth)
            .map((text) => ({ place, text })),
        );
        expect(attacks).toHaveLength(200);
        let next = 0;
        const work = async () => {
          for (let one = attacks[next++]; one; one = attacks[next++]) {
            const { place, text } = one;
            await attack(target, secret, place, text);
            expect(readdirSync(directory), `${place}: ${text.slice(-200)}`).toEqual([]);
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, work));
      } finally {
        await stop();
        rmSync(directory, { recursive: true });
        vi.unstubAllEnvs();
      }
    },
    180_000,
  );
});

/** The result does not matter, a refusal is as good; what must not happen shows elsewhere. */
async function attack(
  { type, scriptOf = (given) => given }: InjectionTarget,
  secret: Record<string, string>,
  place: string,
  text: string,
) {
  const script = place === 'script' ? scriptOf(text) : 'select 1';
  try {
    await runTask({ type, script }, place === 'script' ? secret : { ...secret, [place]: text });
  } catch (thrown) {
    const refused = thrown instanceof AgentError || /ENOENT|EACCES|ENAMETOOLONG/.test(String(thrown));
    if (!refused) throw thrown;
  }
}
