import { countsDifference } from '../projections/differences.ts';
import { type Due, SnapshotsFold } from '../projections/snapshots-fold.ts';
import { type Findings, sentence } from './findings.ts';
import type { StoredLedger } from './stored-ledger.ts';

/** `count_snapshots`, against the fold of the changes. */
export const snapshotsCheck = (ledger: StoredLedger, findings: Findings, due: Due[]): SnapshotsFold =>
  new SnapshotsFold(due, async ({ initiative_id, position }, tally) => {
    const row = await ledger.snapshotAt(initiative_id, position);
    // Without a row: taken away since the start, which costs time only.
    const difference = row && countsDifference(row, tally);
    if (difference) findings.add('snapshot-differs', sentence(difference.detail), position);
  });
