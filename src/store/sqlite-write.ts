import type Sqlite from 'better-sqlite3';
import { type Insertable, type Kysely, sql } from 'kysely';
import { numberOf } from '../ledger/world.ts';
import { recordRowOf } from '../views/record-row.ts';
import { prepare } from './prepared.ts';
import { eventRowOf } from './rows.ts';
import type { Database, EventRow, KeyRow, RecordRow } from './schema.ts';
import type { Batch } from './store.ts';

/** Writes what a group recorded in one transaction: log, tree, read models, kept answers. One fsync. */
export function sqliteWrite(handle: Sqlite.Database, db: Kysely<Database>): (batch: Batch) => void {
  const insertEvent = prepare(handle, (row: EventRow) =>
    db.insertInto('events').values({
      position: row.position,
      event_id: row.event_id,
      initiative_id: row.initiative_id,
      record_id: row.record_id,
      version: row.version,
      type: row.type,
      kind: row.kind,
      latest: row.latest,
      late_days: row.late_days,
      recorded_at: row.recorded_at,
      recorded_by: row.recorded_by,
      reason_code: row.reason_code,
      leaf: row.leaf,
      fingerprint: row.fingerprint,
    }),
  );
  const insertRecord = prepare(handle, (row: RecordRow) =>
    db.insertInto('records').values({
      position: row.position,
      prev_position: row.prev_position,
      to_position: row.to_position,
      made: row.made,
      initiative_id: row.initiative_id,
      record_id: row.record_id,
      kind: row.kind,
      version: row.version,
      standing: row.standing,
      meeting_id: row.meeting_id,
      earliest: row.earliest,
      latest: row.latest,
      named: row.named,
      pillar: row.pillar,
      zone: row.zone,
      sector: row.sector,
      instrument: row.instrument,
      title_key: row.title_key,
      same_as: row.same_as,
      in_force_from: row.in_force_from,
      in_force_until: row.in_force_until,
      facets: row.facets,
      words: row.words,
      state: row.state,
    }),
  );
  const supersede = prepare(handle, (p: { position: number; by: number }) =>
    db.updateTable('records').set({ to_position: p.by }).where('position', '=', p.position),
  );
  const raiseNumber = prepare(handle, (p: { initiativeId: string; kind: string; number: number }) =>
    db
      .insertInto('record_numbers')
      .values({ initiative_id: p.initiativeId, kind: p.kind, last_number: p.number })
      .onConflict((conflict) =>
        conflict
          .columns(['initiative_id', 'kind'])
          .doUpdateSet({ last_number: sql`max(record_numbers.last_number, excluded.last_number)` }),
      ),
  );
  const insertOpening = prepare(handle, (p: Insertable<Database['openings']>) =>
    db
      .insertInto('openings')
      .values({ commitment: p.commitment, position: p.position, salt: p.salt, name: p.name }),
  );
  const insertTile = prepare(handle, (p: Insertable<Database['tiles']>) =>
    db
      .insertInto('tiles')
      .values({ level: p.level, tile_index: p.tile_index, root: p.root, hashes: p.hashes }),
  );
  const insertAnswer = prepare(handle, (row: KeyRow) =>
    db.insertInto('idempotency_keys').values({
      principal: row.principal,
      initiative_id: row.initiative_id,
      key: row.key,
      fingerprint: row.fingerprint,
      first_position: row.first_position,
      last_position: row.last_position,
      extra: row.extra,
      recorded_at: row.recorded_at,
    }),
  );
  const moveHead = prepare(handle, (p: { position: number; recordedAt: number; rootHash: Uint8Array }) =>
    db.updateTable('head').set({ position: p.position, recorded_at: p.recordedAt, root_hash: p.rootHash }),
  );

  const write = ({ changes, answers, tiles, edge }: Batch): void => {
    const numbers = new Map<string, { initiativeId: string; kind: string; number: number }>();
    let recordedAt = 0;
    for (const change of changes) {
      const row = eventRowOf(change);
      insertEvent.run(row);
      recordedAt = row.recorded_at;
      if (change.before) supersede.run({ position: change.before.position, by: change.position });
      insertRecord.run(recordRowOf(change));
      for (const { commitment, salt, name } of change.openings) {
        insertOpening.run({ commitment, position: change.position, salt, name });
      }
      const { initiativeId, recordId } = change.event;
      const made = change.before ? undefined : numberOf(recordId);
      const key = `${initiativeId}/${made?.kind}`;
      if (made && made.number > (numbers.get(key)?.number ?? 0)) numbers.set(key, { initiativeId, ...made });
    }
    for (const number of numbers.values()) raiseNumber.run(number);
    for (const { level, index, root, hashes } of tiles) {
      insertTile.run({ level, tile_index: index, root, hashes: Buffer.concat(hashes) });
    }
    for (const answer of answers) insertAnswer.run(answer);
    if (changes.length > 0) moveHead.run({ position: edge.size, recordedAt, rootHash: edge.root() });
  };
  return handle.transaction(write).immediate;
}
