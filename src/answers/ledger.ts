import type { ReadStore } from '../store/store.ts';
import type { ScopeCounts } from '../views/counts.ts';
import type { OverallCounts } from '../views/overall.ts';

/** The open ledger, as far as answers are computed from it. */
export interface Ledger {
  store: ReadStore;
  counts: ScopeCounts;
  overall: OverallCounts;
}
