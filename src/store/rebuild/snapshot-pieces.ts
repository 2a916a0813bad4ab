import type { Database, RecordRow } from '../../db/schema.ts';
import { eventsMin, FoldedTally } from '../../projections/folded-tally.ts';
import { everything } from '../../projections/tally.ts';
import { type Asking, ask } from '../../shapes/asking.ts';

type Snapshot = Database['count_snapshots'];

const pageRows = 1_000;

/**
 * Makes the snapshots of counts anew up to a position, piece by piece: where one is due, and at each position for which there is one, so that
 * the two can be compared. Each piece is done before the next one is asked for. One scope comes after the other, so the memory is
 * that of one. `table` has all rows of `records` up to the position.
 */
export function* snapshotPieces(table: string, to: number): Generator<Asking<Snapshot[]>> {
  const scopes = [everything];
  yield findScopes(scopes);
  for (const scope of scopes) {
    const counts = new FoldedTally(scope);
    for (const read = { position: 0 }; read.position < to; ) yield page(table, scope, counts, read, to);
  }
}

/** Adds the initiatives that are large enough for a snapshot, and those that have one. */
function* findScopes(scopes: string[]): Asking<Snapshot[]> {
  const rows = yield* ask<{ initiative_id: string }>(
    `select initiative_id from events group by initiative_id having count(*) >= ${eventsMin}
      union select initiative_id from count_snapshots where initiative_id <> '' order by initiative_id`,
  );
  for (const { initiative_id } of rows) scopes.push(initiative_id);
  return [];
}

function* page(
  table: string,
  scope: string,
  counts: FoldedTally,
  read: { position: number },
  to: number,
): Asking<Snapshot[]> {
  const ofScope = scope === everything ? '' : 'and events.initiative_id = $3';
  const inRange = (end: number): [number, number, ...string[]] => [
    read.position,
    end,
    ...(scope === everything ? [] : [scope]),
  ];
  const rows = yield* ask<RecordRow>(
    `select made.* from events join ${table} as made on made.position = events.position
      where events.position > $1 and events.position <= $2 ${ofScope} order by events.position limit ${pageRows}`,
    ...inRange(to),
  );
  const end = rows.length < pageRows ? to : (rows.at(-1)?.position ?? to);
  const earlier = yield* ask<RecordRow>(
    `select before.* from events join ${table} as made on made.position = events.position
      join ${table} as before on before.position = made.prev_position
      where events.position > $1 and events.position <= $2 ${ofScope}`,
    ...inRange(end),
  );
  const present = yield* ask<{ position: number }>(
    'select position from count_snapshots where position > $1 and position <= $2 and initiative_id = $3',
    read.position,
    end,
    scope,
  );
  const before = new Map(earlier.map((row) => [row.position, row]));
  const compared = new Set(present.map(({ position }) => position));
  const snapshots: Snapshot[] = [];
  for (const row of rows) {
    counts.change(row.position, before.get(row.prev_position ?? 0), row);
    if (counts.isDue || compared.has(row.position)) snapshots.push(counts.snapshot());
  }
  read.position = end;
  return snapshots;
}
