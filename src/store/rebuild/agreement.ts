import { versionOf } from '../../db/rows.ts';
import type { Database, EventRow } from '../../db/schema.ts';
import {
  extraRecords,
  numberDifferences,
  recordDifferences,
  type StoredRecord,
  storedRecords,
} from '../../projections/differences.ts';
import { fold, type Made, RecordNumbers } from '../../projections/record-fold.ts';
import { type Asking, ask } from '../../shapes/asking.ts';
import { eventOf, type StoredEvent } from '../../shapes/stored-event.ts';

type Leaf = Pick<EventRow, 'position' | 'initiative_id' | 'record_id' | 'version' | 'leaf'>;

/**
 * Tells whether `records` and `record_numbers` are what the log makes of them, without writing anything: mostly they are. Where
 * it finds anything else, also in the log, it says no more than that, and a rebuild tells what. It takes the version before an
 * event from its stored row, which was compared before.
 */
export class Agreement {
  /** Compared up to here. */
  position = 0;
  readonly #numbers = new RecordNumbers();

  /** Compares the rows of the next events, up to a position that the log has. */
  *next(to: number): Asking<boolean> {
    const leaves = yield* ask<Leaf>(
      `select position, initiative_id, record_id, version, leaf from events
        where position > $1 and position <= $2 order by position`,
      this.position,
      to,
    );
    if (leaves.length !== to - this.position) return false;
    const stored = yield* storedRecords(this.position + 1, to);
    const newest = new Map<string, Made>();
    for (const leaf of leaves) {
      const made = madeBy(leaf, newest, stored);
      if (!made || (yield* recordDifferences(made.row, stored)).length > 0) return false;
      this.#numbers.add(made.event);
    }
    this.position = to;
    return true;
  }

  /** Looks at the rest. end: of the log, beyond which nothing is recorded meanwhile. */
  *rest(end: number): Asking<boolean> {
    const numbers = yield* ask<Database['record_numbers']>('select * from record_numbers');
    const differing = [...numberDifferences(numbers, this.#numbers.rows), ...(yield* extraRecords(end))];
    return differing.length === 0;
  }
}

/** newest: of the records of the events before, to which this is added. undefined: it can't be folded. */
function madeBy(
  { position, leaf, ...columns }: Leaf,
  newest: Map<string, Made>,
  stored: ReadonlyMap<number, StoredRecord>,
): (Made & { event: StoredEvent }) | undefined {
  try {
    const event = eventOf(leaf);
    const { initiativeId, recordId, version } = event;
    // The unique index over the columns is one over the leaves.
    if (
      columns.initiative_id !== initiativeId ||
      columns.record_id !== recordId ||
      columns.version !== version
    )
      return undefined;
    const key = `${initiativeId}/${recordId}`;
    const before = version === 1 ? undefined : (newest.get(key) ?? rowBefore(position, event, stored));
    const made = fold(position, event, before);
    newest.set(key, made);
    return made;
  } catch {
    return undefined;
  }
}

/** Throws where the stored row names none of this record. */
function rowBefore(
  position: number,
  { initiativeId, recordId }: StoredEvent,
  stored: ReadonlyMap<number, StoredRecord>,
): Made {
  const row = stored.get(stored.get(position)?.prev_position ?? 0);
  const isBefore = row && row.position < position;
  if (!isBefore || row.initiative_id !== initiativeId || row.record_id !== recordId)
    throw new Error('the row before is missing');
  return { version: versionOf({ ...row, state: row.state ?? row.leaf ?? '' }), row };
}
