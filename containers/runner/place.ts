import type { Command } from '../../core/integrations/integration.ts';
import { baseEnvironment } from './base-environment.ts';
import { type ChildControl, type ChildExit, runChild } from './child.ts';
import { ownPrefix, removeLeftovers } from './leftovers.ts';
import { outputPipes } from './pipes.ts';
import type { Machine } from './runner.ts';
import { makeDirectory, removeDirectory } from './work-directory.ts';

/** Where one command runs. It is gone afterwards. */
export interface Place {
  /** Absolute path of the execution's own directory. */
  directory: string;
  run(command: Command, control: ChildControl): Promise<ChildExit>;
  /** False when something could not be removed. */
  close(): Promise<boolean>;
}

export type OpenPlace = (machine: Machine) => Place;

/** A directory of its own on this machine, and a child process in it. */
export const openPlace: OpenPlace = (machine) => {
  const isolation = machine.isolation();
  const directory = makeDirectory(machine.scratch, ownPrefix());
  // Making pipes takes a process, so it begins at once: the secret is fetched meanwhile.
  const making = outputPipes(directory, isolation.user);
  making.catch(() => {});
  removeLeftovers(machine.scratch, isolation.user);
  return {
    directory,
    async run(command, control) {
      const pipes = await making;
      const environment = baseEnvironment(machine.environment, directory);
      return runChild(control, { command, directory, isolation, pipes, environment });
    },
    async close() {
      const pipes = await making.catch(() => null);
      pipes?.[Symbol.dispose]();
      return removeDirectory(directory, isolation.user);
    },
  };
};
