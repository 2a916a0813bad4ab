import { PostgresAdapter, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '../db/schema.ts';
import { asksForTexts, type Wanted } from '../shapes/record-filter.ts';
import { knownAt } from './at.ts';
import { orderOf, type RecordScope, slicesIn } from './records.ts';
import { type Order, type PositionRange, SliceLength } from './slices.ts';
import { registeredFor } from './visible.ts';

/** The records of a scope that filters want, as of a position. */
export interface RecordQuestion {
  db: Db;
  position: number;
  scope: RecordScope;
  wanted: Wanted;
}

/** The number of milestones of some meetings that are looked through, and sorted, for each page. */
const ofMeetingMax = 2_000;

/** Whether the index of meetings leads to few records that may match. A meeting means nothing outside its initiative. */
export async function isServed({ db, scope, wanted: { meetingIds } }: RecordQuestion): Promise<boolean> {
  if (scope.initiativeId === undefined || meetingIds === undefined) return false;
  const many = await db
    .selectFrom('records')
    .select('position')
    .where('initiative_id', '=', scope.initiativeId)
    .where('meeting_id', 'in', meetingIds)
    .where('kind', 'in', scope.kinds)
    .limit(1)
    .offset(ofMeetingMax)
    .executeTakeFirst();
  return many === undefined;
}

/** Rows in a slice whose texts are read, or whose events are: nothing is known of how long they are. */
const searchedMax = 512;
const readMax = 128;

export function searchedSlices(
  { db, scope, wanted }: RecordQuestion,
  range: PositionRange,
  order: Order = 'asc',
) {
  const most = wanted.correlationIds ? readMax : asksForTexts(wanted) ? searchedMax : undefined;
  return slicesIn(db, scope, range, order, most === undefined ? undefined : new SliceLength(most / 2, most));
}

/** The plus hides the order from the planner, which would read all records in it. The few records of a meeting are sorted. */
export function orderIn(scope: RecordScope, byMeeting: boolean) {
  const column = sql.ref<number>(orderOf(scope));
  return byMeeting ? sql<number>`+${column}` : column;
}

/**
 * The rows of what filters want, but for what they ask of texts. by: how the records are found, if not in the order of their scope. What
 * is joined with an empty text is hidden from the planner, which would take another index.
 */
export function matching({ db, position, scope, wanted }: RecordQuestion, by?: 'meeting' | 'position') {
  const { meetingIds, standing } = wanted;
  let query = db.selectFrom('records').where(knownAt(position));
  if (scope.initiativeId !== undefined) {
    const initiativeId =
      by === 'position' ? sql<string>`initiative_id || ''` : sql.ref<string>('initiative_id');
    query = query.where(initiativeId, '=', scope.initiativeId).where('kind', 'in', scope.kinds);
  } else {
    query = query.where(registeredFor(scope.visible, 'records.initiative_id'));
  }
  if (meetingIds !== undefined)
    query = query.where(by === 'meeting' ? sql.ref('meeting_id') : sql`meeting_id || ''`, 'in', meetingIds);
  for (const condition of conditionsOf(db, position, wanted)) query = query.where(condition);
  if (standing !== undefined) query = query.where('standing', '=', standing ? 1 : 0);
  // One by one: there may be more initiatives than a query has parameters.
  if (standing && scope.initiativeId === undefined) query = query.where(initiativeStands(position));
  return query;
}

/** Whether the initiative of a record was standing as of a position: as its last version by then says. */
const initiativeStands = (position: number) =>
  sql<SqlBool>`(select initiative.standing from records as initiative
    where initiative.initiative_id = records.initiative_id and initiative.kind = 'initiative'
      and initiative.position <= ${position} order by initiative.position desc limit 1) = 1`;

/** What `matches` asks of a record (src/shapes/record-filter.ts) beside its texts, asked of its row. */
function conditionsOf(db: Db, position: number, wanted: Wanted): RawBuilder<SqlBool>[] {
  const given = <T>(value: T | undefined, condition: (value: T) => RawBuilder<SqlBool>) =>
    value === undefined ? [] : [condition(value)];
  const { from, until } = wanted.cut;
  return [
    ...given(wanted.kinds, (kinds) => sql`kind in (${sql.join(kinds)})`),
    ...given(wanted.named, (named) => sql`named = ${named ? 1 : 0}`),
    ...given(wanted.undated, (is) => (is ? sql`latest is null` : sql`latest is not null`)),
    ...given(
      wanted.inForceOn,
      (days) =>
        sql`kind in ('mou', 'project') and ${anyOf(
          days.map(
            (day) => sql`in_force_from <= ${day} and (in_force_until is null or in_force_until >= ${day})`,
          ),
        )}`,
    ),
    ...given(wanted.endsBy, (day) => sql`in_force_until <= ${day}`),
    ...given(from, (day) => sql`(latest is null or latest >= ${day})`),
    ...given(until, (day) => sql`(earliest is null or earliest <= ${day})`),
    ...given(
      wanted.correlationIds,
      // The plus keeps the planner from reading all events of the initiative for each record.
      (ids) => sql`exists (select 1 from events as event where event.initiative_id = records.initiative_id
        and event.record_id = records.record_id and +event.position <= ${position} and ${hasCorrelation(db, ids)})`,
    ),
  ];
}

/** Whether an event, as `event`, has one of these correlationIds. */
export function hasCorrelation(db: Db, ids: readonly string[]): RawBuilder<SqlBool> {
  // LIKE takes a hundred times as long for texts that repeat themselves. The function has a name of its own on each engine.
  const placeOf = sql.raw(db.getExecutor().adapter instanceof PostgresAdapter ? 'strpos' : 'instr');
  return anyOf(ids.map((id) => sql`${placeOf}(event.leaf, ${correlationIn(id)}) > 0`));
}

/** A member of a leaf. In a JSON text it can stand nowhere else: the quotes of a string are escaped, and no data have such a member. */
const correlationIn = (correlationId: string): string => `"correlationId":${JSON.stringify(correlationId)}`;

const anyOf = (conditions: RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
  sql`(${sql.join(conditions, sql.raw(' or '))})`;
