import type { Db } from '../db/schema.ts';
import { ChangingTally, type Contribution, type Counts, contributionColumns } from '../projections/tally.ts';
import { changesFrom } from './counts.ts';
import { type Share, type Shares, sharesOf } from './summary.ts';

/** The counts and shares that moved. A figure that stayed is absent. */
export type Moved = Partial<Counts & Record<(typeof movedUndated)[number], number> & Shares>;

/** What has no date. */
export const movedUndated = ['meetingsUndated', 'mousUndated', 'projectsUndated'] as const;

export interface Move {
  position: number;
  moved: Moved;
}

/** The events of an initiative that moved its counts or its shares: those after one position, up to another. */
export async function* movesOf(db: Db, initiativeId: string, from: number, to: number): AsyncGenerator<Move> {
  for await (const { changes } of changesFrom(db, initiativeId, from, to))
    for (const { position, before, after } of changes) {
      const moved = counted(before) === counted(after) ? undefined : movedBy(before, after);
      if (moved && Object.keys(moved).length > 0) yield { position, moved };
    }
}

/** A key that two versions of a record share if they count alike. */
const counted = (one: Contribution | undefined): string =>
  JSON.stringify(one && contributionColumns.map((column) => one[column]));

/** How one change moved the figures. Numbers may be negative. */
function movedBy(before: Contribution | undefined, after: Contribution): Moved {
  const tally = new ChangingTally(false);
  tally.change(before, after);
  const { meetings, mous, projects } = tally.undated('all', '');
  const undated = { meetingsUndated: meetings, mousUndated: mous, projectsUndated: projects };
  const counts = Object.entries({ ...tally.total('all', ''), ...undated }).filter(([, count]) => count !== 0);
  const shares = Object.entries(sharesOf(tally)).filter(([, some]) => some.length > 0);
  return Object.fromEntries<number | Share[]>([...counts, ...shares]);
}
