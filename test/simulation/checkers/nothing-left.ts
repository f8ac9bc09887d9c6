import { isKept } from '../s3-ledger.ts';
import type { Checker } from './check-all.ts';

/** At the end the ledger has nothing but its permanent records, and nothing runs. */
export const nothingLeft: Checker = ({ world: { store } }) =>
  store
    .contents()
    .filter(({ key }) => !isKept(key))
    .map(({ key }) => `${key} is left in the ledger`);
