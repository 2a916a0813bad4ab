import type { Db } from '../db/schema.ts';
import type { Json } from '../shapes/canonical-json.ts';
import type { Kind } from '../shapes/record.ts';
import { knownAt } from './at.ts';
import { type RecordView, recordsAt, recordViews, slicesIn, stateBytes } from './records.ts';

/** A record as it stood, and the code of the reason why it was retracted, if it is. */
export interface KeyedRecord extends Omit<RecordView, 'data'> {
  data: { [member: string]: Json };
  retractedAs: string | undefined;
}

/** Records that a list speaks of. */
export interface Keyed {
  db: Db;
  initiativeId: string;
  position: number;
}

const keysAtOnce = 256;

/** The milestones of a kind with some external ids. Of several with one id, the one that stands, else the one that was made last. */
export async function recordsByExternalId(
  asked: Keyed,
  kind: Kind,
  externalIds: readonly string[],
): Promise<Map<string, KeyedRecord>> {
  const { db, initiativeId, position } = asked;
  const found = new Map<string, KeyedRecord>();
  for (const ids of portionsOf(externalIds)) {
    const rows = await db
      .selectFrom('records')
      .select(['position', 'made', 'record_id', 'external_id', 'standing', stateBytes.as('bytes')])
      .where('initiative_id', '=', initiativeId)
      .where('kind', '=', kind)
      .where('external_id', 'in', ids)
      .where(knownAt(position))
      .execute();
    rows.sort((a, b) => a.standing - b.standing || a.made - b.made);
    const chosen = new Map(rows.map((row) => [row.external_id, row]));
    const records = await keyedRecords(asked, [...chosen.values()]);
    for (const { external_id: id, record_id: recordId } of chosen.values()) {
      const record = records.get(recordId);
      if (id !== null && record) found.set(id, record);
    }
  }
  return found;
}

/** The records with some ids. */
export async function recordsById(
  asked: Keyed,
  recordIds: readonly string[],
): Promise<Map<string, KeyedRecord>> {
  const { db, initiativeId, position } = asked;
  const found = new Map<string, KeyedRecord>();
  for (const ids of portionsOf(recordIds)) {
    const rows = await db
      .selectFrom('events')
      .innerJoin('records', 'records.position', 'events.position')
      .select(['records.position', 'records.record_id', 'records.standing', stateBytes.as('bytes')])
      .where('events.initiative_id', '=', initiativeId)
      .where('events.record_id', 'in', ids)
      .where(knownAt(position))
      .execute();
    for (const [recordId, record] of await keyedRecords(asked, rows)) found.set(recordId, record);
  }
  return found;
}

async function keyedRecords(
  asked: Keyed,
  rows: readonly { position: number; record_id: string; standing: number; bytes: number }[],
): Promise<Map<string, KeyedRecord>> {
  const retracted = rows.filter(({ standing }) => standing === 0).map(({ record_id }) => record_id);
  const reasons = retracted.length === 0 ? new Map() : await retractionsOf(asked, retracted);
  const views = await recordViews(asked.db, await recordsAt(asked.db, rows));
  return new Map(
    views.map(({ data, ...view }) => [
      view.recordId,
      // The data of a record is an object.
      { ...view, data: data as KeyedRecord['data'], retractedAs: reasons.get(view.recordId) },
    ]),
  );
}

/** The code of the last retraction of each record. */
async function retractionsOf(
  { db, initiativeId, position }: Keyed,
  recordIds: string[],
): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('events')
    .select(['record_id', 'reason_code'])
    .where('initiative_id', '=', initiativeId)
    .where('record_id', 'in', recordIds)
    .where('type', '=', 'RecordRetracted')
    .where('position', '<=', position)
    .orderBy('position')
    .execute();
  return new Map(rows.map(({ record_id, reason_code }) => [record_id, reason_code ?? '']));
}

/** What is known of a standing record without its content. */
export interface StandingRecord {
  recordId: string;
  version: number;
  externalId: string | null;
}

/** The standing records of a kind, in the order in which they were made. withExternalId: only those that have one. */
export async function* standingRecords(
  { db, initiativeId, position }: Keyed,
  kind: Kind,
  withExternalId: boolean,
): AsyncGenerator<StandingRecord[]> {
  const query = db
    .selectFrom('records')
    .select(['record_id as recordId', 'version', 'external_id as externalId'])
    .where('initiative_id', '=', initiativeId)
    .where('kind', '=', kind)
    .where('standing', '=', 1)
    .where(knownAt(position))
    .$if(withExternalId, (query) => query.where('external_id', 'is not', null))
    .orderBy('made');
  for await (const { from, to } of slicesIn(db, { initiativeId, kinds: [kind] }, { from: 0, to: position }))
    yield await query.where('made', '>', from).where('made', '<=', to).execute();
}

/** The first position at which one of these events stands. */
export async function firstOf(db: Db, eventIds: readonly string[]): Promise<number | undefined> {
  const { position } = await db
    .selectFrom('events')
    .select(({ fn }) => fn.min<number | null>('position').as('position'))
    .where('event_id', 'in', eventIds)
    .executeTakeFirstOrThrow();
  return position ?? undefined;
}

/** For IN lists; the last one repeats a key, so that all have one length and their statement stays prepared. */
function* portionsOf(keys: readonly string[]): Generator<string[]> {
  for (let i = 0; i < keys.length; i += keysAtOnce) {
    const portion = keys.slice(i, i + keysAtOnce);
    yield [...portion, ...new Array<string>(keysAtOnce - portion.length).fill(portion[0] ?? '')];
  }
}
