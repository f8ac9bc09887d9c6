import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../adapters/sha256.ts';
import { sequenceOf } from '../core/audit-chain.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import { type ChainVerdict, type FoundLink, verifyChain } from '../core/verify-chain.ts';
import { linksInBucket } from './links-in-bucket.ts';

export interface AuditPlace {
  /** One of the two. */
  bucket?: string | undefined;
  folder?: string | undefined;
  /** A SHA-256 that an earlier walk printed. */
  head?: string | undefined;
  /** Another AWS than Amazon's own. */
  endpoint?: string | undefined;
}

/**
 * Walks the chain of an audit trail. Nothing of it is changed.
 * @throws AgentError `audit-failed` when it cannot be read.
 */
export function verifyAudit(place: AuditPlace, now: number): Promise<ChainVerdict> {
  const { bucket, folder = '.', head, endpoint } = place;
  const links = bucket === undefined ? linksInFolder(folder) : linksInBucket(bucket, endpoint);
  return verifyChain(links, { sha256, now, head });
}

/** The files that are named like links, wherever in the folder they are. Others are left alone. */
async function* linksInFolder(folder: string): AsyncGenerator<FoundLink> {
  const files = await readdir(folder, { recursive: true, encoding: 'utf8' }).catch((cause: unknown) => {
    throw new AgentError('audit-failed', `The folder ${folder} cannot be read: ${messageOf(cause)}.`, {
      cause,
    });
  });
  const numbered = files.map((key) => ({ key, sequence: sequenceOf(key.replaceAll('\\', '/')) ?? 0 }));
  for (const { key } of inOrder(numbered)) yield { key, bytes: await readFile(join(folder, key)) };
}

function inOrder<T extends { sequence: number }>(links: readonly T[]): T[] {
  return links.filter(({ sequence }) => sequence > 0).sort((one, other) => one.sequence - other.sequence);
}
