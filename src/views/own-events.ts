import { PostgresAdapter, type SqlBool, sql } from 'kysely';
import type { Db } from '../db/schema.ts';
import { lastOfRows, slicesOf } from './slices.ts';

/** The events of a principal in an initiative that have a correlationId: the positions of the first ones up to `max`, in order. */
export async function ownEvents(
  db: Db,
  {
    initiativeId,
    principal,
    correlationId,
  }: { initiativeId: string; principal: string; correlationId: string },
  position: number,
  max: number,
): Promise<number[]> {
  const all = db.selectFrom('events').where('initiative_id', '=', initiativeId);
  const placeOf = sql.raw(db.getExecutor().adapter instanceof PostgresAdapter ? 'strpos' : 'instr');
  // Within a text of the leaf, which is canonical JSON, the quotes would be escaped.
  const text = `"correlationId":${JSON.stringify(correlationId)}`;
  const positions: number[] = [];
  for await (const { from, to } of slicesOf({ from: 0, to: position }, 'asc', lastOfRows(all, 'position'))) {
    const rows = await all
      .select('position')
      .where('recorded_by', '=', principal)
      .where('position', '>', from)
      .where('position', '<=', to)
      .where(sql<SqlBool>`${placeOf}(leaf, ${text}) > 0`)
      .orderBy('position')
      .limit(max - positions.length)
      .execute();
    positions.push(...rows.map((row) => row.position));
    if (positions.length >= max) break;
  }
  return positions;
}
