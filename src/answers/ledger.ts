import type { Store } from '../store/store.ts';
import type { ScopeCounts } from '../views/counts.ts';
import type { OverallCounts } from '../views/overall.ts';

/** The open ledger, as far as answers are computed from it. */
export interface Ledger {
  store: Store;
  counts: ScopeCounts;
  overall: OverallCounts;
}
