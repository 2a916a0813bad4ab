import { randomBytes } from 'node:crypto';
import { loggedEventOf } from '../db/rows.ts';
import type { Database, EventRow } from '../db/schema.ts';
import type { KeptAnswer, LoggedEvent } from '../ledger/facts.ts';
import { rules } from '../rules.ts';
import { type Asking, ask } from '../shapes/asking.ts';
import { emptyRoot } from '../tlog/merkle.ts';
import { keyHashOf } from './check-values.ts';
import { newOrigin, requireKey, requireOrigin } from './origin.ts';
import { forgottenAtOnce } from './store.ts';

/** See `Store.lastEventOf`. */
export function* lastEventOf(initiativeId: string, position: number): Asking<number> {
  const [row] = yield* ask<{ position: number }>(
    `select position from events where initiative_id = $1 and position <= $2
      order by position desc limit 1`,
    initiativeId,
    position,
  );
  return row?.position ?? 0;
}

/** A record as an event left it. */
export interface RecordSince {
  recordId: string;
  kind: string;
  externalId: string | null;
}

/** What was recorded in an initiative after a position: the record of each event, the first ones. */
export const recordsSince = (initiativeId: string, position: number, limit: number) =>
  ask<RecordSince>(
    `select r.record_id as "recordId", r.kind, r.external_id as "externalId"
      from events e cross join records r
      where e.initiative_id = $1 and e.position > $2 and r.position = e.position
      order by e.position limit $3`,
    initiativeId,
    position,
    limit,
  );

/** See `Store.eventsOf`. */
export function* eventsOf({ firstPosition, lastPosition }: KeptAnswer): Asking<LoggedEvent[]> {
  const rows = yield* ask<EventRow>(
    'select * from events where position between $1 and $2 order by position',
    firstPosition,
    lastPosition,
  );
  return rows.map(loggedEventOf);
}

/** See `Store.forgetAnswers`. Answers stand in the order in which they were given, so the oldest are found without an index of times. */
export function* forgetAnswers(beforeMs: number): Asking<number> {
  const forgotten = yield* ask(
    `delete from idempotency_keys where id in (select id from
      (select id, recorded_at from idempotency_keys order by id limit $1) as oldest where recorded_at < $2)
      returning id`,
    forgottenAtOnce,
    beforeMs,
  );
  return forgotten.length;
}

export const insertCheckpoint = ({ size, root_hash, signed_at, note, previous }: Database['checkpoints']) =>
  ask(
    'insert into checkpoints values ($1, $2, $3, $4, $5) on conflict do nothing',
    size,
    root_hash,
    signed_at,
    note,
    previous,
  );

export const upsertSigningKey = ({ vkey, signs_from, signs_until }: Database['signing_keys']) =>
  ask(
    `insert into signing_keys values ($1, $2, $3)
      on conflict (vkey) do update set signs_until = excluded.signs_until`,
    vkey,
    signs_from,
    signs_until,
  );

export const updateFork = (size: number | null, rootHash: Uint8Array | null) =>
  ask('update head set forked_size = $1, forked_root = $2', size, rootHash);

const listOf = (types: ReadonlySet<string>): string => [...types].map((type) => `'${type}'`).join(', ');

/** The types whose events may repeat names that a record holds, and those whose events erase names, as lists in SQL. */
export const namingPersons = listOf(rules.namingPersons);
export const erasing = listOf(rules.erasing);

/** The rows that a new ledger begins with, and what they fix. Several instances may begin at once. */
export function* initialise(wanted: string | undefined): Asking<{ fingerprintKey: Buffer; origin: string }> {
  const read = () =>
    ask<{ fingerprint_key: Buffer; origin: string }>(
      'select fingerprint_key, origin from ledger, head where head.id = ledger.id',
    );
  let [row] = yield* read();
  if (!row) {
    const key = randomBytes(32);
    yield* ask(
      'insert into ledger values (1, $1, $2, $3) on conflict do nothing',
      key,
      wanted ?? newOrigin(),
      keyHashOf(key),
    );
    yield* ask(
      'insert into head (id, position, recorded_at, root_hash) values (1, 0, 0, $1) on conflict do nothing',
      emptyRoot,
    );
    [row] = yield* read();
  }
  if (!row) throw new Error('the ledger row is missing');
  requireOrigin(row.origin, wanted);
  requireKey(row.fingerprint_key);
  return { fingerprintKey: row.fingerprint_key, origin: row.origin };
}
