import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Json } from '../ledger/canonical-json.ts';
import { parseEdtf } from '../ledger/edtf.ts';
import { commitmentsIn, revealed } from '../ledger/people.ts';
import { isMilestone, type Kind, type LedgerRecord, type Status } from '../ledger/record.ts';
import { folded } from '../ledger/title-key.ts';
import { recordOf, type VersionRow, versionColumns, versionOf } from '../store/rows.ts';
import type { Database } from '../store/schema.ts';
import { knownAt } from './at.ts';
import { facetLine } from './record-row.ts';
import { type PositionRange, sliceRows, slicesOf } from './slices.ts';

/** A record as answers show it: names of persons revealed, dates with their earliest and latest day. */
export interface RecordView {
  initiativeId: string;
  recordId: string;
  kind: Kind;
  status: Status;
  version: number;
  occurredOn?: string;
  earliest?: string;
  latest?: string;
  data: Json;
  sources: LedgerRecord['sources'];
}

export function recordView(record: LedgerRecord, names: ReadonlyMap<string, string>): RecordView {
  const { initiativeId, recordId, kind, status, version, occurredOn, data, sources } = record;
  const dates = occurredOn === undefined ? {} : { occurredOn, ...parseEdtf(occurredOn) };
  return {
    initiativeId,
    recordId,
    kind,
    status,
    version,
    ...dates,
    data: revealed(data as Json, names),
    sources,
  };
}

export async function recordViews(db: Kysely<Database>, records: LedgerRecord[]): Promise<RecordView[]> {
  const names = await namesOf(
    db,
    records.flatMap(({ data }) => commitmentsIn(data)),
  );
  return records.map((record) => recordView(record, names));
}

const chunk = 500;

/** The names that are still there behind commitments. */
export async function namesOf(db: Kysely<Database>, commitments: string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (let i = 0; i < commitments.length; i += chunk) {
    const rows = await db
      .selectFrom('openings')
      .select(['commitment', 'name'])
      .where('commitment', 'in', commitments.slice(i, i + chunk))
      .execute();
    for (const { commitment, name } of rows) names.set(commitment, name);
  }
  return names;
}

/** A record as of a position, whatever its status. */
export async function recordAt(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  position: number,
): Promise<LedgerRecord | undefined> {
  const row = await db
    .selectFrom('events')
    .innerJoin('records', 'records.position', 'events.position')
    .select(versionColumns)
    .where('events.initiative_id', '=', initiativeId)
    .where('events.record_id', '=', recordId)
    .where('events.position', '<=', position)
    .orderBy('events.version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && recordOf(row);
}

/** All standing records of a kind in an initiative, in the order in which they were made. For kinds with few records. */
export async function standingOf<K extends Kind>(
  db: Kysely<Database>,
  initiativeId: string,
  kind: K,
  position: number,
): Promise<{ record: LedgerRecord<K>; made: number }[]> {
  const rows = await db
    .selectFrom('records')
    .select(versionColumns)
    .where('initiative_id', '=', initiativeId)
    .where('kind', '=', kind)
    .where('standing', '=', 1)
    .where(knownAt(position))
    .orderBy('made')
    .execute();
  // The query asked for this kind.
  return rows.map(versionOf) as unknown as { record: LedgerRecord<K>; made: number }[];
}

export interface RecordFilters {
  kind?: Kind;
  meetingId?: string;
  pillar?: string;
  sector?: string;
  zone?: string;
  instrument?: string;
  party?: string;
  publisher?: string;
  sourceUrl?: string;
  unsourced?: boolean;
  /** How many sources a record has. */
  sources?: number;
  named?: boolean;
  /** A day. */
  inForceOn?: string;
  q?: string;
  standing?: 'true' | 'false' | 'all';
  /** A day: only what had happened by its end. */
  until?: string;
}

/** A page of records and the cursor of the next one, if there is more. */
export interface Page<T> {
  items: T[];
  next?: string;
}

/** Some kinds of one initiative, or all that there is. */
export type RecordScope = { initiativeId: string; kinds: Kind[] } | { initiativeId?: never };

/**
 * Records of one initiative in the order in which they were made, or of all in the order in which they were last
 * changed; `after` is the cursor that the page before gave.
 */
export async function listRecords(
  db: Kysely<Database>,
  position: number,
  scope: RecordScope,
  filters: RecordFilters,
  after: number,
  limit: number,
): Promise<Page<LedgerRecord>> {
  const order = orderOf(scope);
  // Of one meeting there are few: they are found by it, and sorted. To read all in their order would end with the last of many.
  const sorted = filters.meetingId === undefined ? sql.ref(order) : sql`${sql.ref(order)} + 0`;
  const query = (await matching(db, position, scope, filters)).select(versionColumns).orderBy(sorted);
  const rest = { from: after, to: position };
  const rows: VersionRow[] = [];
  for await (const slice of isServed(filters) ? [rest] : slicesIn(db, scope, rest)) {
    const found = await query
      .where(order, '>', slice.from)
      .where(order, '<=', slice.to)
      .limit(limit + 1 - rows.length)
      .execute();
    rows.push(...found);
    if (rows.length > limit) break;
  }
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit).map(recordOf), ...(last ? { next: String(last[order]) } : {}) };
}

/** How many records there are on the page behind `after` and on those behind it. */
export async function countRecords(
  db: Kysely<Database>,
  position: number,
  scope: RecordScope,
  filters: RecordFilters,
  after: number,
): Promise<number> {
  const order = orderOf(scope);
  const query = (await matching(db, position, scope, filters)).select(({ fn }) =>
    fn.countAll<number>().as('count'),
  );
  let total = 0;
  for await (const slice of slicesIn(db, scope, { from: after, to: position })) {
    const { count } = await query
      .where(order, '>', slice.from)
      .where(order, '<=', slice.to)
      .executeTakeFirstOrThrow();
    total += Number(count);
  }
  return total;
}

/** Whether an index leads to what matches: with other filters, one that matches rarely would have all records read. */
const isServed = ({ meetingId, standing = 'true', ...others }: RecordFilters): boolean =>
  meetingId !== undefined || (standing !== 'false' && Object.keys(others).length === 0);

/** A range of the order in slices of all records, or of those of the scope. */
const slicesIn = (
  db: Kysely<Database>,
  scope: RecordScope,
  range: PositionRange,
): AsyncGenerator<PositionRange> =>
  scope.initiativeId === undefined
    ? slicesOf(range)
    : slicesOf(range, 'asc', async ({ from, to }) => {
        const last = await db
          .selectFrom('records')
          .select('made')
          .where('initiative_id', '=', scope.initiativeId)
          .where('kind', 'in', scope.kinds)
          .where('made', '>', from)
          .where('made', '<=', to)
          .orderBy('made')
          .limit(1)
          .offset(sliceRows - 1)
          .executeTakeFirst();
        return last?.made;
      });

const orderOf = ({ initiativeId }: RecordScope) => (initiativeId === undefined ? 'position' : 'made');

async function matching(db: Kysely<Database>, position: number, scope: RecordScope, filters: RecordFilters) {
  let query = db.selectFrom('records').where(knownAt(position));
  if (scope.initiativeId !== undefined) {
    query = query.where('initiative_id', '=', scope.initiativeId).where('kind', 'in', scope.kinds);
  } else {
    // What the ledger records about itself is no part of the register.
    query = query.where('kind', '!=', 'log');
  }
  for (const condition of conditionsOf(filters)) query = query.where(condition);
  const { standing = 'true' } = filters;
  if (standing !== 'all') query = query.where('standing', '=', standing === 'true' ? 1 : 0);
  if (standing === 'true' && scope.initiativeId === undefined) {
    const retracted = await retractedInitiatives(db, position);
    if (retracted.length > 0) query = query.where('initiative_id', 'not in', retracted);
  }
  return query;
}

function conditionsOf(filters: RecordFilters): ReturnType<typeof sql<SqlBool>>[] {
  const conditions = (['pillar', 'sector', 'zone', 'instrument', 'party', 'publisher'] as const).flatMap(
    (name) => {
      const value = filters[name];
      return value === undefined ? [] : [contains('facets', `\n${facetLine(name, value)}\n`)];
    },
  );
  const { kind, meetingId, sourceUrl, unsourced, sources, named, inForceOn, q, until } = filters;
  if (kind !== undefined) conditions.push(sql<SqlBool>`kind = ${kind}`);
  if (meetingId !== undefined) conditions.push(sql<SqlBool>`meeting_id = ${meetingId}`);
  if (sourceUrl !== undefined) conditions.push(contains('facets', `\n${facetLine('source', sourceUrl)}\n`));
  if (unsourced !== undefined) {
    const without = contains('facets', '\nunsourced\n');
    conditions.push(unsourced ? without : sql<SqlBool>`not ${without}`);
  }
  if (sources !== undefined)
    conditions.push(contains('facets', `\n${facetLine('sources', String(sources))}\n`));
  if (named !== undefined) conditions.push(sql<SqlBool>`named = ${named ? 1 : 0}`);
  if (inForceOn !== undefined) {
    conditions.push(
      sql<SqlBool>`kind in ('mou', 'project') and in_force_from <= ${inForceOn} and (in_force_until is null or in_force_until >= ${inForceOn})`,
    );
  }
  if (q !== undefined) conditions.push(contains('words', folded(q)));
  if (until !== undefined) conditions.push(sql<SqlBool>`latest <= ${until}`);
  return conditions;
}

/** LIKE over folded text is the same on every engine. */
const contains = (column: 'facets' | 'words', text: string) =>
  sql<SqlBool>`${sql.ref(column)} like ${`%${text.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;

export async function retractedInitiatives(db: Kysely<Database>, position: number): Promise<string[]> {
  const rows = await db
    .selectFrom('records')
    .select('initiative_id')
    .where('kind', '=', sql.lit('initiative'))
    .where('standing', '=', 0)
    .where(knownAt(position))
    .orderBy('initiative_id')
    .execute();
  return rows.map(({ initiative_id }) => initiative_id);
}

/** Standing initiatives in the order of their ids. */
export async function listInitiatives(
  db: Kysely<Database>,
  position: number,
  after: string,
  limit: number,
): Promise<Page<LedgerRecord<'initiative'>>> {
  const rows = await db
    .selectFrom('records')
    .select(versionColumns)
    .where('kind', '=', sql.lit('initiative'))
    .where('standing', '=', 1)
    .where(knownAt(position))
    .where('initiative_id', '>', after)
    .orderBy('initiative_id')
    .limit(limit + 1)
    .execute();
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  // The query asked for initiatives.
  const items = rows.slice(0, limit).map(recordOf) as LedgerRecord<'initiative'>[];
  return { items, ...(last ? { next: last.initiative_id } : {}) };
}

/** The status now of the records that one refers to by `renews` and `under`. */
export async function referencesOf(
  db: Kysely<Database>,
  record: LedgerRecord,
  position: number,
): Promise<{ recordId: string; status: Status }[]> {
  if (!isMilestone(record)) return [];
  const recordIds = new Set([record.data.renews?.recordId ?? [], record.data.under ?? []].flat());
  const targets = await Promise.all(
    [...recordIds].map((recordId) => recordAt(db, record.initiativeId, recordId, position)),
  );
  return targets.flatMap((target) => (target ? [{ recordId: target.recordId, status: target.status }] : []));
}

export async function countInitiatives(db: Kysely<Database>, position: number): Promise<number> {
  const { count } = await db
    .selectFrom('records')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('kind', '=', sql.lit('initiative'))
    .where('standing', '=', 1)
    .where(knownAt(position))
    .executeTakeFirstOrThrow();
  return Number(count);
}
