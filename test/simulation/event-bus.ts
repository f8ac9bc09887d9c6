import { countFault } from './history.ts';
import { isFaulty, type Universe } from './process.ts';

/** Delivers an event about an execution: once and soon, unless it is lost, late, or there twice. */
export function publish(universe: Universe, kind: string, deliver: () => void): void {
  const { scheduler, random, history, mix } = universe;
  const happens = (fault: 'lost' | 'twice' | 'late') => {
    if (!isFaulty(universe) || !random.chance(mix.events[fault])) return false;
    countFault(history, `${kind} event ${fault}`);
    return true;
  };
  if (happens('lost')) return;
  const copies = happens('twice') ? 2 : 1;
  for (let copy = 0; copy < copies; copy++) {
    scheduler.after(
      happens('late') ? random.between(10_000, 1_800_000) : random.between(200, 2_000),
      deliver,
    );
  }
}
