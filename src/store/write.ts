import { eventRowOf } from '../db/rows.ts';
import { RecordNumbers } from '../projections/record-fold.ts';
import { recordRowOf } from '../projections/record-row.ts';
import type { Query } from '../shapes/asking.ts';
import type { Change, Opening } from '../shapes/change.ts';
import { keyHashOf } from './check-values.ts';
import type { Dialect } from './facts.ts';
import { namingPersons } from './queries.ts';
import type { Batch } from './store.ts';

/** What writes a batch, in its transaction and in this order: kept answers, log, tree, read models, and the head. */
export function* statementsOf(batch: Batch, dialect: Dialect): Generator<Query> {
  const { changes, answers, tiles, edge, origin, fingerprintKey } = batch;
  // Before an erasure, which looks at those of the batch itself, too.
  yield* dialect.insert('idempotency_keys', answers);
  yield* dialect.insert('events', changes.values().map(eventRowOf));
  yield* dialect.insert('records', changes.values().map(recordRowOf));
  yield* supersede('records', changes.map(positionsOf), dialect);
  yield* openingsOf(changes, dialect);
  yield* raiseNumbers('record_numbers', numbersOf(changes), dialect);
  yield* dialect.insert('tiles', tiles.map(tileRowOf));
  if (origin !== undefined) {
    yield { text: 'update ledger set origin = $1', values: [origin] };
    // What was signed under another name is not what this log has to extend.
    yield { text: 'update head set forked_size = null, forked_root = null', values: [] };
  }
  if (fingerprintKey)
    yield {
      text: 'update ledger set fingerprint_key = $1, fingerprint_key_hash = $2',
      values: [fingerprintKey, keyHashOf(fingerprintKey)],
    };
  const last = changes.at(-1);
  if (last)
    yield {
      text: 'update head set position = $1, recorded_at = $2, root_hash = $3',
      values: [edge.size, Date.parse(last.event.recordedAt), edge.root()],
    };
}

const tileRowOf = ({ level, index, root, hashes }: Batch['tiles'][number]) => ({
  level,
  tile_index: index,
  root,
  hashes: Buffer.concat(hashes),
});

const positionsOf = ({ position, before }: Change) => ({
  position,
  prev_position: before?.position ?? null,
});

/** Notes in the rows of `records` which later ones took their place. */
export function supersede(
  table: string,
  rows: { position: number; prev_position: number | null }[],
  { asked, list }: Dialect,
): Query[] {
  const superseded = rows.flatMap(({ position, prev_position }) =>
    prev_position === null ? [] : [[prev_position, position]],
  );
  if (superseded.length === 0) return [];
  const text = `update ${table} set to_position = cast(asked.value ->> 1 as bigint) from ${asked}
    where ${table}.position = cast(asked.value ->> 0 as bigint)`;
  return [{ text, values: [list(superseded)] }];
}

function numbersOf(changes: Change[]): RecordNumbers['rows'] {
  const numbers = new RecordNumbers();
  for (const { event } of changes) numbers.add(event);
  return numbers.rows;
}

export const raiseNumbers = (
  table: string,
  rows: RecordNumbers['rows'],
  { insert }: Dialect,
): Iterable<Query> =>
  insert(
    table,
    rows,
    `on conflict (initiative_id, kind) do update set last_number = excluded.last_number
      where excluded.last_number > ${table}.last_number`,
  );

/** In order: an opening that an earlier change of the batch brought is erased too, and one brought later stays. */
function* openingsOf(changes: Change[], dialect: Dialect): Generator<Query> {
  let rows: (Opening & { position: number })[] = [];
  for (const change of changes) {
    for (const opening of change.openings) rows.push({ ...opening, position: change.position });
    if (!change.event.erased) continue;
    yield* dialect.insert('openings', rows);
    yield* erase(change, dialect);
    rows = [];
  }
  yield* dialect.insert('openings', rows);
}

/** No request has this fingerprint. */
const emptied = Buffer.alloc(32);

/** Takes names out of the database, and the fingerprints of what they were posted in, that a guess at a name could be tried on. */
function erase(
  { position, event: { initiativeId, recordId, erased } }: Change,
  { asked, list, among, items }: Dialect,
): Query[] {
  const commitments = list((erased?.commitments ?? []).map((commitment) => [commitment]));
  // Like `postedIn` of the ledger. The plus keeps SQLite from going through all events of the initiative in between.
  const posted = `select e.position from ${asked} cross join openings o cross join events e
    where o.commitment = asked.value ->> 0 and e.initiative_id = $2 and e.record_id = $3
      and (+e.position = o.position or e.type in (${namingPersons}) and +e.position between o.position and $4)`;
  const values = [commitments, initiativeId, recordId, position];
  return [
    // The answer of a key may not be given again for another body, so the key stays and fits none.
    {
      text: `with posted as materialized (${posted})
        update idempotency_keys set fingerprint = $5 where initiative_id = $6 and exists (
          select 1 from posted where posted.position between first_position and last_position or exists (
            select 1 from ${items('extra')} where cast(item.value ->> 1 as bigint) = posted.position))`,
      values: [...values, emptied, initiativeId],
    },
    { text: `update events set fingerprint = null where position ${among(posted)}`, values },
    {
      text: `delete from openings where commitment ${among(`select asked.value ->> 0 from ${asked}`)}`,
      values: [commitments],
    },
  ];
}
