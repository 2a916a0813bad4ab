import type Sqlite from 'better-sqlite3';
import { type Asking, ask } from '../shapes/asking.ts';

/** Leaves one a line, as bytes; undefined: one or more of them are missing. */
export type LeafLines = (after: number, to: number) => Uint8Array | undefined;

/**
 * Reads the leaves after one position, up to and with another, without making a text of each: SQLite puts them together.
 * In which order it does so is the planner's choice, so it puts together the positions too, and these are compared.
 */
export function leafLinesOf(handle: Sqlite.Database): LeafLines {
  const read = handle.prepare<[number, number], { lines: Buffer | null; positions: string | null }>(
    `select cast(string_agg(leaf, char(10)) || char(10) as blob) as lines, string_agg(position, ',') as positions
        from events where position > ? and position <= ?`,
  );
  return (after, to) => {
    const { lines, positions } = read.get(after, to) ?? {};
    const wanted = Array.from({ length: to - after }, (_, i) => after + 1 + i).join();
    return lines && positions === wanted ? lines : undefined;
  };
}

/** The same on PostgreSQL, which puts them together, too. */
export function* postgresLeafLines(after: number, to: number): Asking<Uint8Array | undefined> {
  const [row] = yield* ask<{ lines: string | null; count: number }>(
    `select string_agg(leaf, chr(10) order by position) as lines, count(*)::integer as count
      from events where position > $1 and position <= $2`,
    after,
    to,
  );
  return row?.count === to - after ? Buffer.from(`${row.lines}\n`) : undefined;
}
