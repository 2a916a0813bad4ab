import type { Store } from '../store/store.ts';
import type { Counts } from '../views/counts.ts';
import type { OverallCounts } from '../views/overall.ts';

/** The open ledger, as far as answers are computed from it. */
export interface Ledger {
  store: Store;
  counts: Counts;
  overall: OverallCounts;
}
