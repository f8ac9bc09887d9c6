import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Why a Rails application cannot be tried on this machine; undefined when it can. */
export const railsMissing: string | undefined = findMissing();

/** Makes a small Rails application with SQLite in a new folder, with three orders, for any user to run. */
export function createRailsApp(folder: string): void {
  cpSync(resolve(import.meta.dirname, '../deployed/rails-app'), folder, { recursive: true });
  execFileSync(join(folder, 'bin/rails'), ['runner', 'db/seeds.rb'], { cwd: folder });
  // As Debian has them, without the gem "rails" itself; the lock file is made now, as in an image.
  writeFileSync(join(folder, 'Gemfile'), "gem 'railties'\ngem 'activerecord'\ngem 'sqlite3'\n");
  execFileSync('bundle', ['lock', '--local'], { cwd: folder, stdio: 'ignore' });
  // SQLite writes its journal beside the database.
  chmodSync(join(folder, 'db'), 0o777);
  chmodSync(join(folder, 'db/shop.sqlite3'), 0o666);
}

function findMissing(): string | undefined {
  try {
    execFileSync(
      'ruby',
      ['-e', 'require "rails"; require "active_record"; require "sqlite3"; require "bundler"'],
      {
        stdio: 'ignore',
      },
    );
    return undefined;
  } catch {
    return 'Rails is missing. On Debian: apt-get install ruby-railties ruby-activerecord ruby-sqlite3 bundler';
  }
}
