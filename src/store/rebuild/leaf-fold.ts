import { versionOf } from '../../db/rows.ts';
import type { EventRow, RecordRow } from '../../db/schema.ts';
import { type Folded, fold, type Made } from '../../projections/record-fold.ts';
import { type Asking, ask } from '../../shapes/asking.ts';
import { eventOf } from '../../shapes/stored-event.ts';
import { BrokenLeaf, checked } from '../broken-leaf.ts';

type Leaf = Pick<EventRow, 'position' | 'initiative_id' | 'record_id' | 'version' | 'leaf'>;

/**
 * Folds the next leaves after one position, up to another that the log has, into rows of `records`. `table` has the rows of all
 * events before: what comes before an event is read from it, so the memory is constant. Throws BrokenLeaf.
 */
export function* foldLeaves(table: string, after: number, to: number, limit: number): Asking<Folded[]> {
  const leaves = yield* ask<Leaf>(
    `select position, initiative_id, record_id, version, leaf from events
      where position > $1 and position <= $2 order by position limit $3`,
    after,
    to,
    limit,
  );
  if (leaves.length === 0 && after < to) throw new BrokenLeaf(after + 1, 'is missing');
  const rows = yield* ask<RecordRow & { state_text: string }>(
    `select made.*, coalesce(made.state, before.leaf) as state_text from events as after
      join events as before on before.initiative_id = after.initiative_id
        and before.record_id = after.record_id and before.version = after.version - 1
      join ${table} as made on made.position = before.position
      where after.position > $1 and after.position <= $2 and after.version > 1`,
    after,
    leaves.at(-1)?.position ?? after,
  );
  const made = new Map<string, Made>(
    rows.map(({ state_text: state, ...row }) => [
      versionKey(row.initiative_id, row.record_id, row.version),
      { version: versionOf({ ...row, state }), row },
    ]),
  );
  return leaves.map((leaf, i) => {
    if (leaf.position !== after + 1 + i) throw new BrokenLeaf(after + 1 + i, 'is missing');
    return checked(leaf.position, () => foldLeaf(leaf, made));
  });
}

/** made: what may come before, to which this is added. */
function foldLeaf({ position, leaf, ...columns }: Leaf, made: Map<string, Made>): Folded {
  const event = eventOf(leaf);
  const { initiativeId, recordId, version } = event;
  // From here on the unique index over the columns is one over the leaves.
  if (columns.initiative_id !== initiativeId || columns.record_id !== recordId || columns.version !== version)
    throw new Error(`it is of version ${version} of ${initiativeId}/${recordId}, its columns say otherwise`);
  const folded = fold(position, event, made.get(versionKey(initiativeId, recordId, version - 1)));
  made.set(versionKey(initiativeId, recordId, version), folded);
  return folded;
}

const versionKey = (initiativeId: string, recordId: string, version: number): string =>
  `${initiativeId}/${recordId}/${version}`;
