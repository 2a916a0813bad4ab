import type Sqlite from 'better-sqlite3';
import { type Insertable, type Kysely, sql } from 'kysely';
import { numberOf } from '../ledger/record-number.ts';
import { recordRowOf } from '../views/record-row.ts';
import { prepare } from './prepared.ts';
import { eventRowOf } from './rows.ts';
import {
  type Database,
  type EventRow,
  eventColumns,
  type KeyRow,
  keyColumns,
  type RecordRow,
  recordColumns,
} from './schema.ts';
import type { Batch } from './store.ts';

/** Writes what a group recorded in one transaction: log, tree, read models, kept answers. One fsync. */
export function sqliteWrite(handle: Sqlite.Database, db: Kysely<Database>): (batch: Batch) => void {
  const insertEvent = prepare(handle, (row: EventRow) =>
    db.insertInto('events').values(pick(row, eventColumns)),
  );
  const insertRecord = prepare(handle, (row: RecordRow) =>
    db.insertInto('records').values(pick(row, recordColumns)),
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
    db.insertInto('idempotency_keys').values(pick(row, keyColumns)),
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

/** A row with these columns; of a row of parameters, the parameters by name. */
const pick = <R extends object>(row: R, columns: readonly (keyof R)[]): R =>
  Object.fromEntries(columns.map((column) => [column, row[column]])) as R;
