import { PostgresAdapter, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '../db/schema.ts';
import { type DimensionName, dimensions } from '../projections/dimensions.ts';
import { facetLine, sourceLine } from '../projections/record-row.ts';
import { foldedForSearch } from '../shapes/folded.ts';
import type { Kind, LedgerRecord } from '../shapes/record.ts';
import { knownAt } from './at.ts';
import { orderOf, type RecordScope, recordsAt, slicesIn, stateBytes } from './records.ts';
import { type Page, type PageSize, type PositionRange, pageOf, SliceLength, totalOf } from './slices.ts';
import { textCostsOf, textPartsOf } from './text-parts.ts';
import { registeredFor } from './visible.ts';

type TextFilter = DimensionName | 'meetingId' | 'party' | 'publisher' | 'sourceUrl' | 'q';

export interface RecordFilters extends Partial<Record<TextFilter, string | undefined>> {
  kind?: Kind | undefined;
  unsourced?: boolean | undefined;
  /** The number of sources of a record. */
  sources?: number | undefined;
  named?: boolean | undefined;
  /** A day. */
  inForceOn?: string | undefined;
  /** A day: only milestones whose term ends by then. */
  endsBy?: string | undefined;
  standing?: 'true' | 'false' | 'all' | undefined;
  /** A day: only records that had happened by its end, or may have. */
  until?: string | undefined;
}

/** The records of a scope that match the filters, as of a position. */
interface RecordQuestion {
  db: Db;
  position: number;
  scope: RecordScope;
  filters: RecordFilters;
}

/**
 * Records of one initiative in the order in which they were made, or of all in the order in which they were last
 * changed. `after` is the cursor that the page before gave.
 */
export async function listRecords(
  asked: RecordQuestion,
  after: number,
  size: PageSize,
): Promise<Page<LedgerRecord>> {
  const { db, position, scope } = asked;
  const byMeeting = await isServed(asked);
  const order = orderIn(scope, byMeeting);
  const query = matching(asked, byMeeting)
    .select(['position', 'made', stateBytes.as('bytes')])
    .orderBy(order);
  const rest = { from: after, to: position };
  const slices = inTextParts(byMeeting ? [rest] : searchedSlices(asked, rest), asked, byMeeting);
  const { rows, last } = await pageOf(slices, size, ({ from, to }, limit) =>
    query.where(order, '>', from).where(order, '<=', to).limit(limit).execute(),
  );
  return { items: await recordsAt(db, rows), next: last && String(last[orderOf(scope)]) };
}

/** The number of records on the page behind `after` and on the pages behind it. */
export function countRecords(asked: RecordQuestion, after: number): Promise<number> {
  const order = orderOf(asked.scope);
  const query = matching(asked);
  const slices = searchedSlices(asked, { from: after, to: asked.position });
  return totalOf(inTextParts(slices, asked), ({ from, to }) =>
    query.where(order, '>', from).where(order, '<=', to),
  );
}

/** Slices in parts. No part has more text than the filters get through in a few milliseconds. */
async function* inTextParts(
  slices: AsyncIterable<PositionRange> | PositionRange[],
  { filters, ...asked }: RecordQuestion,
  byMeeting = false,
): AsyncGenerator<PositionRange> {
  const { q, meetingId, standing } = filters;
  const lines = lineFilters.filter((name) => filters[name] !== undefined).length;
  if (lines === 0 && q === undefined) return yield* slices;
  const costs = textCostsOf(lines, q === undefined ? undefined : foldedForSearch(q));
  const order = orderIn(asked.scope, byMeeting);
  const query = matching({ ...asked, filters: { standing, meetingId } }, byMeeting).select(
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

/** The number of milestones of one meeting that are looked through, and sorted, for each page. */
const ofMeetingMax = 2_000;

/** Whether the index of meetings leads to few records that may match. A meeting means nothing outside its initiative. */
async function isServed({ db, scope, filters: { meetingId } }: RecordQuestion): Promise<boolean> {
  if (scope.initiativeId === undefined || meetingId === undefined) return false;
  const many = await db
    .selectFrom('records')
    .select('position')
    .where('initiative_id', '=', scope.initiativeId)
    .where('meeting_id', '=', meetingId)
    .where('kind', 'in', scope.kinds)
    .limit(1)
    .offset(ofMeetingMax)
    .executeTakeFirst();
  return many === undefined;
}

/** Rows in a slice that are searched for a text: the slice is divided where they have much text, which costs a query. */
const searchedMax = 512;

const searchedSlices = ({ db, scope, filters: { q } }: RecordQuestion, range: PositionRange) =>
  slicesIn(db, scope, range, q === undefined ? undefined : new SliceLength(searchedMax / 2, searchedMax));

/** The plus hides the order from the planner, which would read all records in it. The few records of a meeting are sorted. */
function orderIn(scope: RecordScope, byMeeting: boolean) {
  const column = sql.ref<number>(orderOf(scope));
  return byMeeting ? sql<number>`+${column}` : column;
}

/** byMeeting: whether the records are found by their meeting, and not in their order. */
function matching({ db, position, scope, filters }: RecordQuestion, byMeeting = false) {
  const { meetingId, standing = 'true' } = filters;
  let query = db.selectFrom('records').where(knownAt(position));
  if (scope.initiativeId !== undefined) {
    query = query.where('initiative_id', '=', scope.initiativeId).where('kind', 'in', scope.kinds);
  } else {
    query = query.where(registeredFor(scope.visible, 'records.initiative_id'));
  }
  if (meetingId !== undefined)
    query = query.where(byMeeting ? sql.ref('meeting_id') : sql`meeting_id || ''`, '=', meetingId);
  for (const condition of conditionsOf(db, filters)) query = query.where(condition);
  if (standing !== 'all') query = query.where('standing', '=', standing === 'true' ? 1 : 0);
  // One by one: there may be more initiatives than a query has parameters.
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
/** The filters that look for a line in the facets. */
const lineFilters = [...facetFilters, 'sourceUrl', 'unsourced', 'sources'] as const;

function conditionsOf(db: Db, filters: RecordFilters): RawBuilder<SqlBool>[] {
  // LIKE takes a hundred times as long for texts that repeat themselves. The function has a name of its own on each engine.
  const placeOf = sql.raw(db.getExecutor().adapter instanceof PostgresAdapter ? 'strpos' : 'instr');
  const contains = (column: 'facets' | 'words', text: string) =>
    sql<SqlBool>`${placeOf}(${sql.ref(column)}, ${text}) > 0`;
  const hasFacet = (line: string) => contains('facets', `\n${line}\n`);
  const given = <T>(value: T | undefined, condition: (value: T) => RawBuilder<SqlBool>) =>
    value === undefined ? [] : [condition(value)];
  return [
    ...facetFilters.flatMap((name) => given(filters[name], (value) => hasFacet(facetLine(name, value)))),
    ...given(filters.kind, (kind) => sql`kind = ${kind}`),
    ...given(filters.sourceUrl, (url) => hasFacet(sourceLine(url))),
    ...given(filters.unsourced, (is) => (is ? hasFacet('unsourced') : sql`not ${hasFacet('unsourced')}`)),
    ...given(filters.sources, (count) => hasFacet(facetLine('sources', String(count)))),
    ...given(filters.named, (named) => sql`named = ${named ? 1 : 0}`),
    ...given(
      filters.inForceOn,
      (day) =>
        sql`kind in ('mou', 'project') and in_force_from <= ${day} and (in_force_until is null or in_force_until >= ${day})`,
    ),
    ...given(filters.endsBy, (day) => sql`in_force_until <= ${day}`),
    ...given(filters.q, (q) => contains('words', foldedForSearch(q))),
    ...given(filters.until, (day) => sql`(earliest is null or earliest <= ${day})`),
  ];
}
