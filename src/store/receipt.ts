import type { Warning } from '../ledger/facts.ts';
import type { Recorded } from '../ledger/recorded.ts';

/** The log that an answer was computed from. */
export interface Basis {
  treeSize: number;
  rootHash: Uint8Array;
}

export interface Receipt {
  recorded: Recorded[];
  warnings: Warning[];
  basis: Basis;
  /** The answer of an earlier request with the same Idempotency-Key. */
  kept: boolean;
}
