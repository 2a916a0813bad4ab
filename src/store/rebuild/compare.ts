import type { Database } from '../../db/schema.ts';
import { countsDifference, type Difference } from '../../projections/differences.ts';
import { type Asking, ask } from '../../shapes/asking.ts';
import type { Rebuilt } from '../store.ts';

/** Differences that are told in full; further ones are counted. */
const firstMax = 100;

/** What differs between the present tables and those made anew. */
export class Differences {
  count = 0;
  readonly first: Rebuilt['first'] = [];

  add(...differences: Difference[]): void {
    this.count += differences.length;
    const told = differences.slice(0, firstMax - this.first.length);
    this.first.push(...told.map(({ what: _, ...difference }) => difference));
  }
}

export class SnapshotsComparison extends Differences {
  /** The last one at the start. Later ones may be kept while this runs, and none is made to compare them with. */
  #newest = 0;

  /** begun: the end of the log at the start. */
  *begin(begun: number): Asking<void> {
    const [row] = yield* ask<{ newest: number | null }>(
      'select max(position) as newest from count_snapshots where position <= $1',
      begun,
    );
    this.#newest = row?.newest ?? 0;
  }

  /** A snapshot that was just made. That none is kept there is no difference: losing one costs time only. */
  *one({ initiative_id, position, tally }: Database['count_snapshots']): Asking<void> {
    const [present] = yield* ask<Database['count_snapshots']>(
      'select * from count_snapshots where initiative_id = $1 and position = $2',
      initiative_id,
      position,
    );
    const difference = present && countsDifference(present, tally);
    if (difference) this.add(difference);
  }

  /** What is kept for a place where there is nothing to count. */
  *rest(end: number): Asking<void> {
    const extra = yield* ask<Database['count_snapshots']>(
      `select * from count_snapshots as present
        where (position < $1 or position > $2) and not exists (select 1 from count_snapshots_rebuilt as made
          where made.initiative_id = present.initiative_id and made.position = present.position)
        order by position`,
      this.#newest,
      end,
    );
    this.add(...extra.flatMap((row) => countsDifference(row, undefined) ?? []));
  }
}
