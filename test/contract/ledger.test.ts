import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { diskLedger } from '../../adapters/local/ledger.ts';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { ledgerSuite } from './ledger-suite.ts';

describe('a ledger in memory', () => {
  const ledger = memoryLedger();
  ledgerSuite(() => ledger);
});

describe('a ledger on disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  ledgerSuite(() => diskLedger(directory));
});
