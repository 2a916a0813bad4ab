import type Sqlite from 'better-sqlite3';
import { type Insertable, type Kysely, sql } from 'kysely';
import type { Change } from '../ledger/change.ts';
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

  const rename = prepare(handle, (p: { origin: string }) =>
    db.updateTable('ledger').set({ origin: p.origin }),
  );
  const rekey = prepare(handle, (p: { fingerprintKey: Uint8Array }) =>
    db.updateTable('ledger').set({ fingerprint_key: p.fingerprintKey }),
  );
  const erase = sqliteErase(handle);

  const write = ({ changes, answers, tiles, edge, origin, fingerprintKey }: Batch): void => {
    const numbers = new Map<string, { initiativeId: string; kind: string; number: number }>();
    const erasures: Erasure[] = [];
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
      // In order: an opening that an earlier change of the batch brought goes too, and one brought later stays.
      if (change.event.erased) erasures.push(...erase.names(change));
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
    // After the answers of the batch itself.
    for (const erasure of erasures) erase.repeats(erasure);
    if (erasures.length > 0) erase.traces();
    if (origin !== undefined) rename.run({ origin });
    if (fingerprintKey) rekey.run({ fingerprintKey });
    if (changes.length > 0) moveHead.run({ position: edge.size, recordedAt, rootHash: edge.root() });
  };
  return handle.transaction(write).immediate;
}

/** What an erasure took from the log: the events that names were posted in. */
interface Erasure {
  initiativeId: string;
  positions: number[];
}

/** Takes names out of the file. What is deleted is overwritten there, as secure_delete is on. */
function sqliteErase(handle: Sqlite.Database) {
  const broughtBy = handle
    .prepare<[string], number>('select position from openings where commitment = ?')
    .pluck();
  const deleteOpening = handle.prepare('delete from openings where commitment = ?');
  // Like `postedIn` of the ledger.
  const postedIn = handle
    .prepare<[string, string, number, number, number], number>(
      `select position from events where initiative_id = ? and record_id = ?
        and (position = ? or type = 'RecordCorrected' and position > ? and position < ?)`,
    )
    .pluck();
  const emptyFingerprint = handle.prepare('update events set fingerprint = null where position = ?');
  // Its answer may not be given again for another body, so the key stays and fits none.
  const emptyKey = handle.prepare(
    `update idempotency_keys set fingerprint = zeroblob(32) where initiative_id = ? and exists
      (select 1 from json_each(?) as posted where posted.value between first_position and last_position
        or exists (select 1 from json_each(extra, '$.items') as item where item.value ->> 1 = posted.value))`,
  );
  const openings = handle.prepare<[], unknown[]>('select * from openings order by commitment').raw();
  const clearOpenings = handle.prepare('delete from openings');
  const insertOpening = handle.prepare('insert into openings values (?, ?, ?, ?)');

  return {
    /** The openings, and the fingerprints that a guess at a name could be tried on. */
    names({ position, event: { initiativeId, recordId, erased } }: Change): Erasure[] {
      const positions = new Set<number>();
      for (const commitment of erased?.commitments ?? []) {
        const brought = broughtBy.get(commitment);
        if (brought === undefined) continue;
        deleteOpening.run(commitment);
        for (const at of postedIn.all(initiativeId, recordId, brought, brought, position)) positions.add(at);
      }
      for (const at of positions) emptyFingerprint.run(at);
      // A log that is restored brings no openings of erased names.
      return positions.size > 0 ? [{ initiativeId, positions: [...positions] }] : [];
    },
    /** The fingerprints of whole requests, likewise. */
    repeats({ initiativeId, positions }: Erasure): void {
      emptyKey.run(initiativeId, JSON.stringify(positions));
    },
    /**
     * When a page is split, rows that moved may leave a copy in its free space, which secure_delete does not see.
     * Pages given back are overwritten, so the table is written anew: rare, and about a second for a million names.
     */
    traces(): void {
      const rows = openings.all();
      clearOpenings.run();
      for (const row of rows) insertOpening.run(row);
    },
  };
}

/** A row with these columns; of a row of parameters, the parameters by name. */
const pick = <R extends object>(row: R, columns: readonly (keyof R)[]): R =>
  Object.fromEntries(columns.map((column) => [column, row[column]])) as R;
