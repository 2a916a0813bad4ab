import type { Kysely } from 'kysely';
import type { Database } from '../store/schema.ts';
import { changesOf } from './counts.ts';
import { ChangingTally, type Counts } from './tally.ts';

export interface Move {
  position: number;
  moved: Partial<Counts>;
}

const sliceRows = 1_000;

/** The events of an initiative after one position, up to another, that moved its counts. */
export async function* movesOf(
  db: Kysely<Database>,
  initiativeId: string,
  from: number,
  to: number,
): AsyncGenerator<Move> {
  for (let after = from; after < to; ) {
    const changes = await changesOf(db, initiativeId, after, to, sliceRows);
    for (const { position, before, after: now } of changes) {
      const moved = movedBy(before, now);
      if (Object.keys(moved).length > 0) yield { position, moved };
    }
    if (changes.length < sliceRows) return;
    after = changes.at(-1)?.position ?? to;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type Change = Awaited<ReturnType<typeof changesOf>>[number];

/** How one change moved the counts, without what stayed as it was. */
function movedBy(before: Change['before'], after: Change['after']): Partial<Counts> {
  const tally = new ChangingTally(false);
  tally.change(before, after);
  return Object.fromEntries(Object.entries(tally.total('all', '')).filter(([, count]) => count !== 0));
}
