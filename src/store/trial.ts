import { instantOf } from '../db/rows.ts';
import { logContinuation } from '../rules.ts';
import { tileWidth } from '../tlog/edge.ts';
import { emptyRoot } from '../tlog/merkle.ts';
import type { Batch, GroupTransaction } from './store.ts';
import { uuidv7 } from './uuidv7.ts';

/** A batch with a row for each table that a group writes to. It is tried and rolled back: it is no event of the log. */
export function trialBatch({ head, edge }: Pick<GroupTransaction, 'head' | 'edge'>): Batch {
  const position = head.position + 1;
  const rootHash = Buffer.from(head.rootHash).toString('hex');
  const change = logContinuation({
    eventId: uuidv7(head.recordedAt),
    recordedAt: instantOf(head.recordedAt),
    position,
    origin: 'trial',
    continues: { origin: 'trial', size: head.position, rootHash },
  });
  const { event } = change;
  edge.append(change.leafHash);
  return {
    changes: [
      {
        ...change,
        event: { ...event, recordId: 'mou-1', recordedAt: instantOf(head.recordedAt) },
        openings: [{ commitment: 'trial', salt: emptyRoot, name: '' }],
      },
    ],
    answers: [
      {
        principal: 'trial',
        initiative_id: event.initiativeId,
        key: 'trial',
        fingerprint: emptyRoot,
        first_position: position,
        last_position: position,
        extra: null,
        recorded_at: head.recordedAt,
        mac: emptyRoot,
      },
    ],
    // No tree is so high.
    tiles: [
      { level: 99, index: 0, hashes: Array.from({ length: tileWidth }, () => emptyRoot), root: emptyRoot },
    ],
    edge,
  };
}
