import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
  const { type, missing, path, runs = 200 } = target;
  if (missing) console.warn(`Injections into ${type} are left out. ${missing}`);

  it.skipIf(missing)(
    'runs nothing but its client, whatever script and secret say',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'runops-canary-'));
      if (path) vi.stubEnv('PATH', path);
      const canary = join(directory, 'canary');
      const { secret, stop } = await target.start();
      try {
        const texts = hostileTexts(canary);
        expect(texts).toHaveLength(200);
        const chosen = texts.flatMap((text, at) => (at % Math.ceil(200 / runs) === 0 ? [{ text, at }] : []));
        let next = 0;
        const work = async () => {
          for (let one = chosen[next++]; one; one = chosen[next++]) {
            const place = target.places[one.at % target.places.length] ?? '';
            await attack(target, secret, place, one.text);
            expect(existsSync(canary), `${place}: ${one.text.slice(-200)}`).toBe(false);
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
  { type }: InjectionTarget,
  secret: Record<string, string>,
  place: string,
  text: string,
) {
  const script = place === 'script' ? text : 'select 1';
  try {
    await runTask({ type, script }, place === 'script' ? secret : { ...secret, [place]: text });
  } catch (thrown) {
    const refused = thrown instanceof AgentError || /ENOENT|EACCES/.test(String(thrown));
    if (!refused) throw thrown;
  }
}
