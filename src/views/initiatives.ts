import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Visible } from '../access/visible.ts';
import type { Database, Db } from '../db/schema.ts';
import type { LedgerRecord } from '../shapes/record.ts';
import { turn, turnIfDue } from '../turns.ts';
import { knownAt } from './at.ts';
import { bytewise } from './bytewise.ts';
import { recordsAt, stateBytes } from './records.ts';
import { type Page, type PageSize, pageOf, SliceLength, totalOf } from './slices.ts';

/** Standing initiatives in the order of their ids. */
export async function listInitiatives(
  db: Db,
  visible: Visible,
  position: number,
  after: string,
  size: PageSize,
): Promise<Page<LedgerRecord<'initiative'>>> {
  const { rows, last } = await pageOf(initiativeSlices(db, visible, after), size, (slice, limit) =>
    initiativesAt(db, slice, position, 1)
      .select(['position', 'initiative_id', stateBytes.as('bytes')])
      .orderBy('initiative_id')
      .limit(limit)
      .execute(),
  );
  // The query asked for initiatives.
  const items = (await recordsAt(db, rows)) as LedgerRecord<'initiative'>[];
  return { items, next: last?.initiative_id };
}

/** The number of standing initiatives after an id. */
export const countInitiatives = (db: Db, visible: Visible, position: number, after = ''): Promise<number> =>
  totalOf(initiativeSlices(db, visible, after), (slice) => initiativesAt(db, slice, position, 1));

/** The standing initiatives, or the retracted ones, as of a position, that meet a condition, in the order of ids. */
export async function* initiativesWhere(
  db: Db,
  visible: Visible,
  position: number,
  standing: 0 | 1,
  condition: RawBuilder<SqlBool>,
  after = '',
): AsyncGenerator<{ initiative_id: string; position: number }> {
  for await (const slice of initiativeSlices(db, visible, after))
    yield* await initiativesAt(db, slice, position, standing)
      .select(['initiative_id', 'position'])
      .where(condition)
      .orderBy('initiative_id')
      .execute();
}

const hasCounted = sql<SqlBool>`exists (select 1 from records as counted
  where counted.initiative_id = records.initiative_id and counted.kind in ('meeting', 'mou', 'project'))`;

/** The retracted initiatives in which anything is counted, each with the position at which it was retracted. */
export const retractedInitiatives = async (
  db: Db,
  visible: Visible,
  position: number,
): Promise<Map<string, number>> => {
  const retracted = await Array.fromAsync(initiativesWhere(db, visible, position, 0, hasCounted));
  return new Map(retracted.map((one) => [one.initiative_id, one.position]));
};

/** The initiatives in which something happened after `from`, up to `to`, and whether each stands as of `to`. */
export async function standingSince(
  db: Db,
  visible: Visible,
  from: number,
  to: number,
): Promise<Map<string, boolean>> {
  const standing = new Map<string, boolean>();
  if (from >= to) return standing;
  const happened = sql<SqlBool>`exists (select 1 from events where events.initiative_id = records.initiative_id
    and events.position > ${from} and events.position <= ${to})`;
  for (const stands of [0, 1] as const)
    for await (const { initiative_id } of initiativesWhere(db, visible, to, stands, happened))
      standing.set(initiative_id, stands === 1);
  return standing;
}

/** Versions of initiatives, as of a position, in a slice of those that may be seen. */
const initiativesAt = (db: Db, slice: InitiativeSlice, position: number, standing: 0 | 1) =>
  db
    .selectFrom('records')
    // A literal lets the planner take the index that holds initiatives only.
    .where('kind', '=', sql.lit('initiative'))
    .where('standing', '=', standing)
    .where(inSlice(slice))
    .where(knownAt(position));

/** The ids behind one, up to another one (undefined: there is no end), or some ids. */
type InitiativeSlice = { after: string; to: string | undefined } | { ids: string[] };

/** The number of ids that one query names. */
const idsAtOnce = 250;

/** Initiatives that may be seen, behind an id, in the order of ids: as many as a query gets through in a few milliseconds. */
async function* initiativeSlices(
  db: Db,
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
    const isAfter = eb('initiative_id', '>', slice.after);
    return slice.to === undefined ? isAfter : and([isAfter, eb('initiative_id', '<=', slice.to)]);
  };
