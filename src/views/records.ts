import {
  type ExpressionBuilder,
  type Kysely,
  PostgresAdapter,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
} from 'kysely';
import type { Visible } from '../access/visible.ts';
import { recordOf, type VersionRow, versionColumns, versionOf } from '../db/rows.ts';
import type { Database } from '../db/schema.ts';
import { type DimensionName, dimensions } from '../projections/dimensions.ts';
import { facetLine, sourceLine } from '../projections/record-row.ts';
import type { Json } from '../shapes/canonical-json.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { foldedForSearch } from '../shapes/folded.ts';
import { commitmentsIn, revealed } from '../shapes/people.ts';
import { isMilestone, type Kind, type LedgerRecord, type Status, type Version } from '../shapes/record.ts';
import { mapInTurns, turn, turnIfDue } from '../turns.ts';
import { knownAt } from './at.ts';
import { bytewise } from './bytewise.ts';
import {
  fittingIn,
  type LastOf,
  listed,
  type PositionRange,
  portionsOf,
  SliceLength,
  slicesOf,
} from './slices.ts';
import { textCostsOf, textPartsOf } from './text-parts.ts';
import { registeredFor } from './visible.ts';

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
  /** Only with `until`, and only true: it may have happened by then, or later. */
  possible?: true;
  data: Json;
  sources: LedgerRecord['sources'];
}

function viewOf(record: LedgerRecord, names: ReadonlyMap<string, string>, until?: string): RecordView {
  const { initiativeId, recordId, kind, status, version, occurredOn, data, sources } = record;
  const span = occurredOn === undefined ? undefined : parseEdtf(occurredOn);
  const dates = occurredOn === undefined ? {} : { occurredOn, ...span };
  // Of a record without a date, too, nobody knows that it had not happened.
  const isPossible = until !== undefined && !(span && span.latest <= until);
  return {
    initiativeId,
    recordId,
    kind,
    status,
    version,
    ...dates,
    ...(isPossible ? { possible: true } : {}),
    data: revealed(data as Json, names),
    sources,
  };
}

/** With `until`, the day by which the records had happened or may have, it is said which of them only may have. */
export async function recordViews(
  db: Kysely<Database>,
  records: LedgerRecord[],
  until?: string,
): Promise<RecordView[]> {
  const names = await namesOf(
    db,
    records.flatMap(({ data }) => commitmentsIn(data)),
  );
  return mapInTurns(records, (record) => viewOf(record, names, until));
}

export const recordView = async (db: Kysely<Database>, record: LedgerRecord): Promise<RecordView> =>
  viewOf(record, await namesOf(db, commitmentsIn(record.data)));

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

/** The position since which a record is known, if it is at a position. */
export async function madeAt(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  position: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('events')
    .select('position')
    .where('initiative_id', '=', initiativeId)
    .where('record_id', '=', recordId)
    .where('version', '=', 1)
    .where('position', '<=', position)
    .executeTakeFirst();
  return row?.position;
}

/**
 * All standing records of a kind in an initiative, in the order in which they were made; with `ofMeetings` those that
 * belong to a meeting. They are read in slices, between which others are answered.
 */
export async function standingOf<K extends Kind>(
  db: Kysely<Database>,
  initiativeId: string,
  kind: K,
  position: number,
  ofMeetings = false,
): Promise<{ record: LedgerRecord<K>; made: number }[]> {
  const query = db
    .selectFrom('records')
    .select(['position', 'made', stateBytes.as('bytes')])
    .where('initiative_id', '=', initiativeId)
    .where('kind', '=', kind)
    .where('standing', '=', 1)
    .where(knownAt(position))
    .$if(ofMeetings, (query) => query.where('meeting_id', 'is not', null));
  const versions: Version[] = [];
  const scope = { initiativeId, kinds: [kind] };
  for await (const { from, to } of slicesIn(db, scope, { from: 0, to: position })) {
    const found = await query.where('made', '>', from).where('made', '<=', to).execute();
    for (const portion of portionsOf(found)) {
      versions.push(...(await mapInTurns(await versionsAt(db, portion), versionOf)));
      await turnIfDue();
    }
  }
  versions.sort((a, b) => a.made - b.made);
  // The query asked for this kind.
  return versions as unknown as { record: LedgerRecord<K>; made: number }[];
}

export interface RecordFilters extends Partial<Record<DimensionName, string>> {
  kind?: Kind;
  meetingId?: string;
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
  /** A day: only what had happened by its end, or may have. */
  until?: string;
}

/** A page of records and the cursor of the next one, if there is more. */
export interface Page<T> {
  items: T[];
  next?: string;
}

/** Some kinds of one initiative, or all that there is. */
export type RecordScope =
  | { initiativeId: string; kinds: Kind[] }
  | { initiativeId?: undefined; kinds?: undefined; visible: Visible };

/** How long a page is at most; in bytes about, as it is told from what is stored. */
export interface PageSize {
  limit: number;
  bytesMax?: number;
}

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
  { limit, bytesMax = Infinity }: PageSize,
): Promise<Page<LedgerRecord>> {
  const byMeeting = await isServed(db, scope, filters);
  const order = orderIn(scope, byMeeting);
  const query = matching(db, position, scope, filters, byMeeting)
    .select(['position', 'made', stateBytes.as('bytes')])
    .orderBy(order);
  const rest = { from: after, to: position };
  const found: { position: number; made: number; bytes: number }[] = [];
  const slices = byMeeting ? [rest] : slicesIn(db, scope, rest, filters);
  for await (const slice of inTextParts(slices, db, position, scope, filters, byMeeting)) {
    const some = await query
      .where(order, '>', slice.from)
      .where(order, '<=', slice.to)
      .limit(limit + 1 - found.length)
      .execute();
    found.push(...some);
    if (found.length > limit) break;
  }
  const page = fittingIn(found.slice(0, limit), bytesMax);
  const items = await recordsAt(db, page);
  const last = page.at(-1);
  return { items, ...(found.length > page.length && last ? { next: String(last[orderOf(scope)]) } : {}) };
}

/** The records at some positions, in the order of these. */
export async function recordsAt(
  db: Kysely<Database>,
  rows: { position: number; bytes: number }[],
): Promise<LedgerRecord[]> {
  const records = new Map<number, LedgerRecord>();
  for (const portion of portionsOf(rows))
    for (const row of await versionsAt(db, portion)) records.set(row.position, recordOf(row));
  return rows.flatMap(({ position }) => records.get(position) ?? []);
}

/** What a version takes where it is stored. */
export const stateBytes = sql<number>`coalesce(octet_length(records.state),
  (select octet_length(leaf) from events where events.position = records.position))`;

export const versionsAt = (db: Kysely<Database>, rows: { position: number }[]): Promise<VersionRow[]> =>
  db
    .selectFrom('records')
    .select(versionColumns)
    .where('records.position', 'in', listed(rows.map(({ position }) => position)))
    .execute();

/** How many records there are on the page behind `after` and on those behind it. */
export async function countRecords(
  db: Kysely<Database>,
  position: number,
  scope: RecordScope,
  filters: RecordFilters,
  after: number,
): Promise<number> {
  const order = orderOf(scope);
  const query = matching(db, position, scope, filters).select(({ fn }) => fn.countAll<number>().as('count'));
  let total = 0;
  const slices = slicesIn(db, scope, { from: after, to: position }, filters);
  for await (const slice of inTextParts(slices, db, position, scope, filters)) {
    const { count } = await query
      .where(order, '>', slice.from)
      .where(order, '<=', slice.to)
      .executeTakeFirstOrThrow();
    total += Number(count);
  }
  return total;
}

/** Slices in parts of which none has more text than the filters get through in a few milliseconds. */
async function* inTextParts(
  slices: AsyncIterable<PositionRange> | PositionRange[],
  db: Kysely<Database>,
  position: number,
  scope: RecordScope,
  { meetingId, standing = 'true', ...filters }: RecordFilters,
  byMeeting = false,
): AsyncGenerator<PositionRange> {
  const { q } = filters;
  const lines = lineFilters.filter((name) => filters[name] !== undefined).length;
  if (lines === 0 && q === undefined) return yield* slices;
  const costs = textCostsOf(lines, q === undefined ? undefined : foldedForSearch(q));
  const order = orderIn(scope, byMeeting);
  const query = matching(
    db,
    position,
    scope,
    { standing, ...(meetingId === undefined ? {} : { meetingId }) },
    byMeeting,
  ).select(
    sql<
      number | null
    >`${costs.facets} * sum(octet_length(facets)) + ${costs.words} * sum(octet_length(words))`.as('cost'),
  );
  for await (const slice of slices)
    yield* textPartsOf(slice, async ({ from, to }) => {
      const row = await query.where(order, '>', from).where(order, '<=', to).executeTakeFirst();
      return Number(row?.cost ?? 0);
    });
}

/** So many milestones of one meeting are looked through, and sorted, for each page of them. */
const ofMeetingMax = 2_000;

/** Whether an index leads to few records that may match: those of one meeting, which means nothing outside its initiative. */
async function isServed(
  db: Kysely<Database>,
  { initiativeId, kinds }: RecordScope,
  { meetingId }: RecordFilters,
): Promise<boolean> {
  if (initiativeId === undefined || meetingId === undefined) return false;
  const many = await db
    .selectFrom('records')
    .select('position')
    .where('initiative_id', '=', initiativeId)
    .where('meeting_id', '=', meetingId)
    .where('kind', 'in', kinds)
    .limit(1)
    .offset(ofMeetingMax)
    .executeTakeFirst();
  return many === undefined;
}

/** Rows in a slice that are searched for a text: it is divided where they have much of it, and to see that is work, too. */
const searchedMax = 512;

/** A range of the order in slices of all records, or of those of the scope. */
export function slicesIn(
  db: Kysely<Database>,
  { initiativeId, kinds }: RecordScope,
  range: PositionRange,
  { q }: RecordFilters = {},
): AsyncGenerator<PositionRange> {
  const length = q === undefined ? new SliceLength() : new SliceLength(searchedMax / 2, searchedMax);
  if (initiativeId === undefined) return slicesOf(range, 'asc', undefined, length);
  const ofKinds = db
    .selectFrom('records')
    .where('initiative_id', '=', initiativeId)
    .where('kind', 'in', kinds);
  return slicesOf(range, 'asc', lastOfRows(ofKinds, 'made'), length);
}

/** For slices of what a query selects, in the order of a column. */
export const lastOfRows =
  (query: SelectQueryBuilder<Database, 'records', object>, column: 'made' | 'position'): LastOf =>
  async ({ from, to }, order, rows) => {
    const last = await query
      .select(column)
      .where(column, '>', from)
      .where(column, '<=', to)
      .orderBy(column, order)
      .limit(1)
      .offset(rows - 1)
      .executeTakeFirst();
    return last?.[column];
  };

export const orderOf = ({ initiativeId }: RecordScope) => (initiativeId === undefined ? 'position' : 'made');

/** Of one meeting there are few: they are found by it, and sorted. To read all in their order would end with the last of many. */
function orderIn(scope: RecordScope, byMeeting: boolean) {
  const column = sql.ref<number>(orderOf(scope));
  return byMeeting ? sql<number>`+${column}` : column;
}

/** byMeeting: whether they are to be found by their meeting, and not in their order. */
function matching(
  db: Kysely<Database>,
  position: number,
  scope: RecordScope,
  { meetingId, ...filters }: RecordFilters,
  byMeeting = false,
) {
  let query = db.selectFrom('records').where(knownAt(position));
  if (scope.initiativeId !== undefined) {
    query = query.where('initiative_id', '=', scope.initiativeId).where('kind', 'in', scope.kinds);
  } else {
    // What the ledger records about itself is no part of the register.
    query = query.where(registeredFor(scope.visible, 'records.initiative_id'));
  }
  if (meetingId !== undefined)
    query = query.where(byMeeting ? sql.ref('meeting_id') : sql`meeting_id || ''`, '=', meetingId);
  for (const condition of conditionsOf(db, filters)) query = query.where(condition);
  const { standing = 'true' } = filters;
  if (standing !== 'all') query = query.where('standing', '=', standing === 'true' ? 1 : 0);
  // One by one: there may be more of them than a query has parameters.
  if (standing === 'true' && scope.initiativeId === undefined)
    query = query.where(initiativeStands(position));
  return query;
}

/** Whether the initiative of a record was standing as of a position: as its last version by then says. */
const initiativeStands = (position: number) =>
  sql<SqlBool>`(select initiative.standing from records as initiative
    where initiative.initiative_id = records.initiative_id and initiative.kind = 'initiative'
      and initiative.position <= ${position} order by initiative.position desc limit 1) = 1`;

const facetFilters = [...dimensions.map(({ name }) => name), 'party', 'publisher'] as const;
/** Those that look for a line in the facets. */
const lineFilters = [...facetFilters, 'sourceUrl', 'unsourced', 'sources'] as const;

function conditionsOf(
  db: Kysely<Database>,
  filters: Omit<RecordFilters, 'meetingId'>,
): ReturnType<typeof sql<SqlBool>>[] {
  const contains = containing(db);
  const conditions = facetFilters.flatMap((name) => {
    const value = filters[name];
    return value === undefined ? [] : [contains('facets', `\n${facetLine(name, value)}\n`)];
  });
  const { kind, sourceUrl, unsourced, sources, named, inForceOn, q, until } = filters;
  if (kind !== undefined) conditions.push(sql<SqlBool>`kind = ${kind}`);
  if (sourceUrl !== undefined) conditions.push(contains('facets', `\n${sourceLine(sourceUrl)}\n`));
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
  if (q !== undefined) conditions.push(contains('words', foldedForSearch(q)));
  if (until !== undefined) conditions.push(sql<SqlBool>`(earliest is null or earliest <= ${until})`);
  return conditions;
}

/**
 * Whether a column has a text in it. Of two texts that repeat themselves LIKE compares each letter with each, in a hundred times
 * as long; and no function for this has one name on both engines.
 */
function containing(db: Kysely<Database>) {
  const placeOf = sql.raw(db.getExecutor().adapter instanceof PostgresAdapter ? 'strpos' : 'instr');
  return (column: 'facets' | 'words', text: string) =>
    sql<SqlBool>`${placeOf}(${sql.ref(column)}, ${text}) > 0`;
}

/** Versions of initiatives, as of a position, in a slice of those that may be seen. */
export const initiativesAt = (
  db: Kysely<Database>,
  slice: InitiativeSlice,
  position: number,
  standing: 0 | 1,
) =>
  db
    .selectFrom('records')
    // Literal, as the index is of initiatives only.
    .where('kind', '=', sql.lit('initiative'))
    .where('standing', '=', standing)
    .where(inSlice(slice))
    .where(knownAt(position));

/** Those behind an id, up to another one (undefined: there is no end), or those that are named. */
type InitiativeSlice = { after: string; to: string | undefined } | { ids: string[] };

/** So many ids are named by one query. */
const idsAtOnce = 250;

/** Initiatives that may be seen, behind an id, in the order of theirs: as many as a query gets through in a few milliseconds. */
export async function* initiativeSlices(
  db: Kysely<Database>,
  { all, initiatives }: Visible,
  after: string,
): AsyncGenerator<InitiativeSlice> {
  if (!all) {
    const ids = [...initiatives].filter((id) => bytewise(id, after) > 0).sort(bytewise);
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      if (from > 0) await turnIfDue();
      yield { ids: ids.slice(from, from + idsAtOnce) };
    }
    return;
  }
  const length = new SliceLength();
  for (let next: string | undefined = after; next !== undefined; ) {
    length.begins();
    const last = await db
      .selectFrom('records')
      .select('initiative_id')
      .where('kind', '=', sql.lit('initiative'))
      .where('initiative_id', '>', next)
      .orderBy('initiative_id')
      .limit(1)
      .offset(length.rows - 1)
      .executeTakeFirst();
    yield { after: next, to: last?.initiative_id };
    length.ended();
    next = last?.initiative_id;
    if (next !== undefined) await turn();
  }
}

const inSlice =
  (slice: InitiativeSlice) =>
  ({ eb, and }: ExpressionBuilder<Database, 'records'>) => {
    if ('ids' in slice) return eb('initiative_id', 'in', slice.ids);
    const { after, to } = slice;
    return and([
      eb('initiative_id', '>', after),
      ...(to === undefined ? [] : [eb('initiative_id', '<=', to)]),
    ]);
  };

const hasCounted = sql<SqlBool>`exists (select 1 from records as counted
  where counted.initiative_id = records.initiative_id and counted.kind in ('meeting', 'mou', 'project'))`;

/** The retracted initiatives in which anything is counted, each with the position at which it was retracted. */
export async function retractedInitiatives(
  db: Kysely<Database>,
  visible: Visible,
  position: number,
): Promise<{ initiative_id: string; position: number }[]> {
  const retracted: { initiative_id: string; position: number }[] = [];
  for await (const slice of initiativeSlices(db, visible, '')) {
    const rows = await initiativesAt(db, slice, position, 0)
      .select(['initiative_id', 'position'])
      .where(hasCounted)
      .execute();
    for (const row of rows) retracted.push(row);
  }
  return retracted;
}

/** Whether those initiatives stand as of a position that may be seen, and in which something happened after another one. */
export async function standingSince(
  db: Kysely<Database>,
  visible: Visible,
  from: number,
  to: number,
): Promise<Map<string, boolean>> {
  const standing = new Map<string, boolean>();
  const happened = sql<SqlBool>`exists (select 1 from events where events.initiative_id = records.initiative_id
    and events.position > ${from} and events.position <= ${to})`;
  for await (const slice of from < to ? initiativeSlices(db, visible, '') : []) {
    for (const stands of [0, 1] as const) {
      const rows = await initiativesAt(db, slice, to, stands)
        .select('initiative_id')
        .where(happened)
        .execute();
      for (const { initiative_id } of rows) standing.set(initiative_id, stands === 1);
    }
  }
  return standing;
}

/** Standing initiatives in the order of their ids. */
export async function listInitiatives(
  db: Kysely<Database>,
  visible: Visible,
  position: number,
  after: string,
  { limit, bytesMax = Infinity }: PageSize,
): Promise<Page<LedgerRecord<'initiative'>>> {
  const found: { position: number; initiative_id: string; bytes: number }[] = [];
  for await (const slice of initiativeSlices(db, visible, after)) {
    const some = await initiativesAt(db, slice, position, 1)
      .select(['position', 'initiative_id', stateBytes.as('bytes')])
      .orderBy('initiative_id')
      .limit(limit + 1 - found.length)
      .execute();
    found.push(...some);
    if (found.length > limit) break;
  }
  const page = fittingIn(found.slice(0, limit), bytesMax);
  const records = await recordsAt(db, page);
  const last = page.at(-1);
  // The query asked for initiatives.
  const items = records as LedgerRecord<'initiative'>[];
  return { items, ...(found.length > page.length && last ? { next: last.initiative_id } : {}) };
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

/** How many initiatives stand, behind one in the order of their ids. */
export async function countInitiatives(
  db: Kysely<Database>,
  visible: Visible,
  position: number,
  after = '',
): Promise<number> {
  let total = 0;
  for await (const slice of initiativeSlices(db, visible, after)) {
    const { count } = await initiativesAt(db, slice, position, 1)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    total += Number(count);
  }
  return total;
}
