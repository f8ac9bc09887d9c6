/** The unprivileged user that a child runs as. */
export interface ChildUser {
  uid: number;
  gid: number;
}

/**
 * Does `work` with the rights of the child's user, so that a link or a rename that the child slips in can lead
 * us only to what it may touch itself. Synchronous, because the whole process changes its user meanwhile.
 */
export function asChild<T>(user: ChildUser | null, work: () => T): T {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()];
  if (!user || uid === undefined || gid === undefined) return work();
  process.setegid?.(user.gid);
  process.seteuid?.(user.uid);
  try {
    return work();
  } finally {
    process.seteuid?.(uid);
    process.setegid?.(gid);
  }
}
