import { spawnSync } from 'node:child_process';

/** PATH with a python3 that has pymssql in front: Debian's own, where another one hides it. */
export const pymssqlPath = [process.env.PATH ?? '', `/usr/bin:${process.env.PATH}`].find(
  (PATH) =>
    spawnSync('python3', ['-I', '-c', 'import pymssql'], { env: { PATH }, stdio: 'ignore' }).status === 0,
);

/** Why sql-server cannot be tried on this machine; undefined when it can. */
export const pymssqlMissing: string | undefined =
  pymssqlPath === undefined ? 'pymssql is not installed: apt-get install python3-pymssql' : undefined;
