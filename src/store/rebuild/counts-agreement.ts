import type { Database, RecordRow } from '../../db/schema.ts';
import { countsDifference } from '../../projections/differences.ts';
import { type Due, SnapshotsFold } from '../../projections/snapshots-fold.ts';
import { type Contribution, contributionColumns, everything } from '../../projections/tally.ts';
import { answered, ask } from '../../shapes/asking.ts';
import type { Shadow } from './rebuild.ts';

const pagePositions = 1_000;

type Counted = Pick<RecordRow, 'position' | 'prev_position' | 'initiative_id'> & Contribution;

const counted = `select position, prev_position, initiative_id, ${contributionColumns.join()} from records`;

/**
 * Tells whether the snapshots of counts up to a position are what the present rows of `records` come to, which are compared with the log
 * apart. paused: awaited after every page.
 */
export async function countsAgree(
  { answer }: Pick<Shadow, 'answer'>,
  begun: number,
  paused: () => Promise<void>,
): Promise<boolean> {
  const rows = <R extends object>(text: string, ...values: unknown[]): Promise<R[]> =>
    answered(ask<R>(text, ...values), answer);
  const beyond = await rows(
    'select position from count_snapshots where position < 1 or position > (select position from head) limit 1',
  );
  if (beyond.length > 0) return false;
  const due = await rows<Due>(
    'select initiative_id, position from count_snapshots where position <= $1 order by position, initiative_id',
    begun,
  );
  let agree = true;
  const fold = new SnapshotsFold(due, async ({ initiative_id, position }, tally) => {
    const [row] = await rows<Database['count_snapshots']>(
      'select * from count_snapshots where initiative_id = $1 and position = $2',
      initiative_id,
      position,
    );
    // One that was taken away since costs time only.
    if (row && countsDifference(row, tally)) agree = false;
  });
  const scopes = Map.groupBy(due, ({ position }) => position);
  const last = due.at(-1)?.position ?? 0;
  for (let after = 0; agree && after < last; after += pagePositions) {
    const range = [after, Math.min(after + pagePositions, last)];
    const page = await rows<Counted>(
      `${counted} where position > $1 and position <= $2 order by position`,
      ...range,
    );
    const earlier = await rows<Counted>(
      `${counted} where position in (select prev_position from records where position > $1 and position <= $2)`,
      ...range,
    );
    const before = new Map(earlier.map((row) => [row.position, row]));
    for (const row of page) {
      const { position, initiative_id: initiativeId } = row;
      // A snapshot is made after an event of its scope.
      for (const scope of scopes.get(position) ?? [])
        if (scope.initiative_id !== everything && scope.initiative_id !== initiativeId) return false;
      await fold.change({ position, initiativeId, before: before.get(row.prev_position ?? 0), after: row });
    }
    await paused();
  }
  await fold.finish(last);
  return agree;
}
